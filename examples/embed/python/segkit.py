# SPDX-License-Identifier: MIT
"""segkit's pipelines on NumPy arrays, through libsegkit's C interface; samples are not copied.

    import segkit
    context = segkit.Context()
    result = context.run("threshold.otsu ! mask.components", image)
    labels = result.layer()          # an int32 array over the result's own memory
    result.values()                  # [("threshold.otsu", "threshold", 117.0), ...]

Images are arrays of uint8, uint16 or float32: (height, width), or (planes, height, width). SEGKIT_LIBRARY
names the library where it is not installed.
"""
import ctypes
import ctypes.util
import os
from ctypes import (POINTER, Structure, byref, c_char, c_char_p, c_double, c_int, c_int32, c_size_t,
                    c_ssize_t, c_uint32, c_uint64, c_void_p, sizeof)

import numpy

KINDS = {"image": 1, "mask": 2, "labels": 3, "scores": 4}
DTYPES = {1: numpy.uint8, 2: numpy.uint16, 3: numpy.float32, 4: numpy.int32}


class Error(Exception):
    """What failed, in segkit's words; `status` is its enum seg_status."""

    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


class _Error(Structure):
    _fields_ = [("status", c_int), ("text", c_char * 1024)]


class _Fault(Structure):
    _fields_ = [("line", c_int), ("column", c_int), ("error", _Error), ("file", c_char * 256)]


class _Faults(Structure):
    _fields_ = [("count", c_int), ("more", c_int), ("list", _Fault * 20)]


class _Options(Structure):  # the first fields of struct seg_options; its size says so
    _fields_ = [("struct_size", c_uint32), ("threads", c_uint32), ("max_pixels", c_uint64)]


class _Shape(Structure):
    _fields_ = [("struct_size", c_uint32), ("kind", c_uint32), ("dtype", c_uint32), ("width", c_int32),
                ("height", c_int32), ("planes", c_int32)]


class _View(Structure):
    _fields_ = [("struct_size", c_uint32), ("kind", c_uint32), ("dtype", c_uint32), ("width", c_int32),
                ("height", c_int32), ("planes", c_int32), ("row_stride", c_ssize_t),
                ("plane_stride", c_ssize_t), ("data", c_void_p), ("color", c_uint32),
                ("pixel_size", c_double * 2), ("unit", c_char_p)]


class _Input(Structure):
    _fields_ = [("struct_size", c_uint32), ("name", c_char_p), ("shape", _Shape), ("color", c_uint32),
                ("layer", c_void_p)]


class _Step(Structure):
    _fields_ = [("struct_size", c_uint32), ("stage", POINTER(c_void_p)), ("name", c_char_p),
                ("params", c_void_p), ("line", c_int), ("column", c_int)]


def _open():
    path = os.environ.get("SEGKIT_LIBRARY") or ctypes.util.find_library("segkit") or "libsegkit.so.0"
    library = ctypes.CDLL(path)
    for name, result in (("seg_layer_unref", None), ("seg_result_free", None), ("seg_plan_free", None),
                         ("seg_pipeline_free", None), ("seg_context_free", None),
                         ("seg_layer_shape", None), ("seg_result_layer", c_void_p),
                         ("seg_layer_ref", c_void_p), ("seg_plan_steps", c_size_t),
                         ("seg_version", c_char_p)):
        getattr(library, name).restype = result
    return library


_lib = _open()


def version():
    return _lib.seg_version().decode()


def _check(status, err):
    if status:
        raise Error(status, err.text.decode(errors="replace"))


class _Handle:
    """A pointer that is given back with its last user. `keep` are those it must not outlive."""

    def __init__(self, pointer, free, *keep):
        self.pointer, self._free, self._keep = c_void_p(pointer), free, keep

    def __del__(self):
        self._free(self.pointer)


def _wrap(context, array, kind):
    """A layer over an array's samples."""
    array = numpy.asarray(array)
    if kind == "mask" and array.dtype == bool:
        array = array.view(numpy.uint8)
    planes = array if array.ndim == 3 else array[numpy.newaxis]
    codes = [code for code, dtype in DTYPES.items() if dtype == planes.dtype]
    if planes.ndim != 3 or not codes:
        raise TypeError(f"an array of {array.ndim} dimensions and {array.dtype} is no {kind}")
    if planes.strides[2] != planes.itemsize:
        planes = numpy.ascontiguousarray(planes)
    view = _View(struct_size=sizeof(_View), kind=KINDS[kind], dtype=codes[0], width=planes.shape[2],
                 height=planes.shape[1], planes=planes.shape[0], row_stride=planes.strides[1],
                 plane_stride=planes.strides[0], data=planes.ctypes.data,
                 color={1: 1, 3: 2}.get(planes.shape[0], 0))
    layer, err = c_void_p(), _Error()
    _check(_lib.seg_layer_wrap(context.pointer, byref(view), None, None, byref(layer), byref(err)), err)
    return _Handle(layer.value, _lib.seg_layer_unref, context, planes)


def _array(layer):
    """The samples of a layer, read-only, alive as long as anybody uses them."""
    view, err = _View(struct_size=sizeof(_View)), _Error()
    _check(_lib.seg_layer_view(layer.pointer, byref(view), byref(err)), err)
    size = view.plane_stride * (view.planes - 1) + view.row_stride * view.height
    memory = (c_char * size).from_address(view.data)
    memory.layer = layer
    dtype = numpy.dtype(DTYPES[view.dtype])
    array = numpy.ndarray((view.planes, view.height, view.width), dtype, memory,
                          strides=(view.plane_stride, view.row_stride, dtype.itemsize))
    array.flags.writeable = False
    return array[0] if view.planes == 1 else array


class Result:
    """What a run made."""

    def __init__(self, handle, steps):
        self._handle, self._steps = handle, steps

    def layer(self, name=None):
        """A layer that was kept, or the last one, as an array."""
        pointer = _lib.seg_result_layer(self._handle.pointer, name.encode() if name else None)
        if not pointer:
            raise KeyError(name)
        return _array(_Handle(_lib.seg_layer_ref(c_void_p(pointer)), _lib.seg_layer_unref, self._handle))

    def values(self):
        """What the steps reported: (step, name, value)."""
        found = []
        for step, label in enumerate(self._steps):
            name, value, index = c_char_p(), c_double(), 0
            while not _lib.seg_result_value(self._handle.pointer, c_size_t(step), c_size_t(index),
                                            byref(name), byref(value)):
                found.append((label, name.value.decode(), value.value))
                index += 1
        return found


class Context:
    """Threads, limits and plugins; may be used from several threads."""

    def __init__(self, threads=0):
        pointer, err = c_void_p(), _Error()
        options = _Options(struct_size=sizeof(_Options), threads=threads)
        _check(_lib.seg_context_new(byref(options), byref(pointer), byref(err)), err)
        self._handle = _Handle(pointer.value, _lib.seg_context_free)

    def _parse(self, text):
        pointer, faults = c_void_p(), _Faults()
        if text.lstrip().startswith("segkit:"):
            data = text.encode()
            status = _lib.seg_pipeline_parse_text(self._handle.pointer, b"pipeline", data,
                                                  c_size_t(len(data)), byref(pointer), byref(faults))
        else:
            words = [word.encode() for word in text.split()]
            status = _lib.seg_pipeline_parse_words(self._handle.pointer, len(words),
                                                   (c_char_p * len(words))(*words), byref(pointer),
                                                   byref(faults))
        self._tell(status, faults)
        return _Handle(pointer.value, _lib.seg_pipeline_free, self._handle)

    @staticmethod
    def _tell(status, faults):
        if status:
            lines = []
            for fault in faults.list[:faults.count]:
                place = f"{fault.line}:{fault.column}: " if fault.line else ""
                lines.append(place + fault.error.text.decode(errors="replace"))
            raise Error(status, "\n".join(lines) or "the pipeline is invalid")

    def run(self, pipeline, image, keep=(), **layers):
        """Runs a pipeline, YAML or words, on an image and further layers: markers=("labels", array).
        `keep` names layers to have besides the last one."""
        handles = [(b"input", _wrap(self._handle, image, "image"))]
        handles += [(name.encode(), _wrap(self._handle, array, kind))
                    for name, (kind, array) in layers.items()]
        inputs = (_Input * len(handles))()
        for one, (name, handle) in zip(inputs, handles):
            one.struct_size, one.name, one.layer = sizeof(_Input), name, handle.pointer
            one.shape.struct_size = sizeof(_Shape)
            _lib.seg_layer_shape(handle.pointer, byref(one.shape))
        parsed, plan, faults = self._parse(pipeline), c_void_p(), _Faults()
        names = (c_char_p * (len(keep) + 1))(*[name.encode() for name in keep], None)
        self._tell(_lib.seg_pipeline_check(parsed.pointer, inputs, c_size_t(len(inputs)), names,
                                           byref(plan), byref(faults)), faults)
        plan = _Handle(plan.value, _lib.seg_plan_free, self._handle)
        result, err = c_void_p(), _Error()
        _check(_lib.seg_plan_run(plan.pointer, inputs, c_size_t(len(inputs)), None, byref(result),
                                 byref(err)), err)
        steps = []
        for index in range(_lib.seg_plan_steps(plan.pointer)):
            step = _Step(struct_size=sizeof(_Step))
            _lib.seg_plan_step(plan.pointer, c_size_t(index), byref(step))
            steps.append(step.name.decode())
        keep_alive = [handle for _, handle in handles]
        return Result(_Handle(result.value, _lib.seg_result_free, self._handle, keep_alive), steps)

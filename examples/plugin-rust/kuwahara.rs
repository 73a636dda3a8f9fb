// SPDX-License-Identifier: MIT
// A plugin in Rust of one stage, kuwahara.mean: the mean of that of four squares around a pixel
// which varies least. Regions get flat and their edges stay, which makes thresholds easy to find.
//
// M. Kuwahara et al.: Processing of RI-angiocardiographic images. Digital Processing of Biomedical
// Images, Plenum Press (1976) 187-202.
#![allow(non_camel_case_types, non_upper_case_globals)]

// segkit/plugin.h as bindgen tells it.
include!("plugin.rs");

use std::mem::{size_of, transmute};
use std::os::raw::{c_char, c_int, c_uint, c_void};
use std::ptr::null;
use std::slice;

/// What a table does not say is zero, which means "none" or "as usual" throughout.
macro_rules! empty {
    ($type:ty) => {{
        #[allow(unused_unsafe)]
        unsafe {
            transmute::<[u8; size_of::<$type>()], $type>([0; size_of::<$type>()])
        }
    }};
}

macro_rules! text {
    ($text:expr) => {
        concat!($text, "\0").as_ptr() as *const c_char
    };
}

#[repr(C)]
struct Params {
    radius: i32,
}

struct Job {
    input: seg_view,
    output: seg_view,
    radius: i32,
    host: *const seg_host,
    call: *mut seg_call,
}

/// The first sample of row `y`. The host aligns rows for their samples.
unsafe fn row<T>(view: &seg_view, y: i32) -> *mut T {
    (view.data as *mut u8).offset(y as isize * view.row_stride) as *mut T
}

/// Mean and variance of the columns `left..=right` of the rows `top..=bottom`, cut at the border.
unsafe fn moments<T: Copy + Into<f64>>(job: &Job, x: (i32, i32), y: (i32, i32)) -> (f64, f64) {
    let (left, right) = (x.0.max(0) as usize, x.1.min(job.input.width - 1) as usize);
    let (mut count, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for v in y.0.max(0)..=y.1.min(job.input.height - 1) {
        let samples = slice::from_raw_parts(row::<T>(&job.input, v), job.input.width as usize);
        for &sample in &samples[left..=right] {
            let value: f64 = sample.into();
            count += 1.0;
            sum += value;
            squares += value * value;
        }
    }
    let mean = sum / count;
    (mean, squares / count - mean * mean)
}

unsafe fn filter<T>(job: &Job, begin: i32, end: i32, round: fn(f64) -> T) -> c_int
where
    T: Copy + Into<f64>,
{
    let height = f64::from(job.output.height);
    let r = job.radius;
    for y in begin..end {
        let out = slice::from_raw_parts_mut(row::<T>(&job.output, y), job.output.width as usize);
        for x in 0..job.output.width {
            let mut best = (0.0, f64::INFINITY);
            for (left, top) in [(x - r, y - r), (x, y - r), (x - r, y), (x, y)] {
                let square = moments::<T>(job, (left, left + r), (top, top + r));
                if square.1 < best.1 {
                    best = square;
                }
            }
            out[x as usize] = round(best.0);
        }
        let status = ((*job.host).progress.unwrap())(job.call, f64::from(y) / height);
        if status != 0 {
            return status;
        }
    }
    0
}

// A panic may not leave the plugin: the build has it end the process, which `--isolate` contains.
unsafe extern "C" fn rows(arg: *mut c_void, begin: usize, end: usize, _worker: c_uint) -> c_int {
    let job = &*(arg as *const Job);
    let (begin, end) = (begin as i32, end as i32);
    if job.input.dtype == SEG_U8 {
        filter::<u8>(job, begin, end, |value| (value + 0.5) as u8)
    } else {
        filter::<u16>(job, begin, end, |value| (value + 0.5) as u16)
    }
}

unsafe extern "C" fn process(
    this: *mut c_void,
    host: *const seg_host,
    call: *mut seg_call,
) -> c_int {
    let mut job = Job {
        input: seg_view { struct_size: size_of::<seg_view>() as u32, ..empty!(seg_view) },
        output: seg_view { struct_size: size_of::<seg_view>() as u32, ..empty!(seg_view) },
        radius: (*(this as *const Params)).radius,
        host,
        call,
    };
    let mut status = ((*host).input.unwrap())(call, 0, &mut job.input);
    if status == 0 {
        status = ((*host).output.unwrap())(call, 0, null(), &mut job.output);
    }
    if status != 0 {
        return status;
    }
    let count = job.input.height as usize;
    ((*host).parallel.unwrap())(call, count, 4, Some(rows), &mut job as *mut Job as *mut c_void)
}

unsafe extern "C" fn reach(values: *const c_void) -> i32 {
    (*(values as *const Params)).radius
}

/* -- tables ------------------------------------------------------------------------------------ */

/// Tables hold pointers, to constants only, so that any thread may read them.
#[repr(transparent)]
struct Table<T>(T);
unsafe impl<T> Sync for Table<T> {}

static PARAMS: Table<[seg_param; 1]> = Table([seg_param {
    name: text!("radius"),
    summary: text!("side of a square less the pixel itself"),
    unit: text!("px"),
    type_: SEG_INT,
    offset: 0,
    min: 1.0,
    max: 31.0,
    def: 3.0,
    ..empty!(seg_param)
}]);

static INPUTS: Table<[seg_port; 1]> = Table([seg_port {
    name: text!("image"),
    summary: text!("one plane of grey levels"),
    kinds: 1 << SEG_IMAGE,
    dtypes: 1 << SEG_U8 | 1 << SEG_U16,
    planes_min: 1,
    planes_max: 1,
    ..empty!(seg_port)
}]);

static OUTPUTS: Table<[seg_port; 1]> = Table([seg_port {
    name: text!("image"),
    summary: text!("smoothed, in grey levels"),
    kinds: 1 << SEG_IMAGE,
    ..empty!(seg_port)
}]);

static MEAN: Table<seg_stage> = Table(seg_stage {
    struct_size: size_of::<seg_stage>() as u32,
    flags: SEG_STAGE_REENTRANT,
    id: text!("kuwahara.mean"),
    summary: text!("Flattens regions and keeps their edges"),
    detail: text!("Squares end at the border of the image. Time grows with a square's area."),
    reference: text!(
        "M. Kuwahara et al.: Processing of RI-angiocardiographic images. Digital Processing of \
         Biomedical Images (1976) 187-202"
    ),
    version: 1,
    params_size: size_of::<Params>() as u32,
    params: PARAMS.0.as_ptr(),
    param_count: 1,
    inputs: INPUTS.0.as_ptr(),
    input_count: 1,
    outputs: OUTPUTS.0.as_ptr(),
    output_count: 1,
    process: Some(process),
    reach: Some(reach),
    ..empty!(seg_stage)
});

static STAGES: Table<[*const seg_stage; 1]> = Table([&MEAN.0]);

static PLUGIN: Table<seg_plugin> = Table(seg_plugin {
    struct_size: size_of::<seg_plugin>() as u32,
    abi_major: SEG_ABI_MAJOR,
    abi_minor: SEG_ABI_MINOR,
    param_size: size_of::<seg_param>() as u32,
    port_size: size_of::<seg_port>() as u32,
    choice_size: size_of::<seg_choice>() as u32,
    stage_count: 1,
    name: text!("kuwahara"),
    version: text!("1.0"),
    license: text!("MIT"),
    origin: text!("an example of segkit"),
    stages: STAGES.0.as_ptr(),
    ..empty!(seg_plugin)
});

#[no_mangle]
pub extern "C" fn segkit_plugin_v1() -> *const seg_plugin {
    &PLUGIN.0
}

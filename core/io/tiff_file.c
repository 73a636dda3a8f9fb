/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between libtiff and our files: its input and output, its messages. */
#include "tiff.h"

#include "../base/error.h"

#include <stdio.h>
#include <string.h>

#define NAME "file"

static tmsize_t read_bytes(thandle_t handle, void *bytes, tmsize_t size)
{
    struct segi_tiff *tiff = handle;
    size_t got = 0;
    if (tiff->source) {
        if (segi_source_read(tiff->source, tiff->at, bytes, (size_t)size, &got, NULL))
            return -1;
    } else {
        got = segi_sink_read_back(tiff->sink, tiff->at, bytes, (size_t)size);
    }
    tiff->at += got;
    return (tmsize_t)got;
}

static tmsize_t write_bytes(thandle_t handle, void *bytes, tmsize_t size)
{
    struct segi_tiff *tiff = handle;
    if (!tiff->sink || segi_sink_write_at(tiff->sink, tiff->at, bytes, (size_t)size))
        return -1;
    tiff->at += (uint64_t)size;
    tiff->end = tiff->at > tiff->end ? tiff->at : tiff->end;
    return size;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence)
{
    struct segi_tiff *tiff = handle;
    tiff->at = whence == SEEK_SET   ? offset
               : whence == SEEK_CUR ? tiff->at + offset
                                    : tiff->end + offset;
    return tiff->at;
}

static int leave_open(thandle_t handle)
{
    (void)handle;
    return 0;
}

static toff_t size_of(thandle_t handle)
{
    return ((struct segi_tiff *)handle)->end;
}

static int said_error(TIFF *tif, void *user, const char *module, const char *format, va_list args)
{
    struct segi_tiff *tiff = user;
    (void)tif, (void)module;
    if (!tiff->said[0])
        vsnprintf(tiff->said, sizeof tiff->said, format, args);
    /* Some messages begin with the name that the file was opened by. */
    const size_t name = strncmp(tiff->said, NAME ": ", sizeof NAME + 1) ? 0 : sizeof NAME + 1;
    memmove(tiff->said, tiff->said + name, strlen(tiff->said + name) + 1);
    for (size_t n = strlen(tiff->said); n && tiff->said[n - 1] == '.'; n--)
        tiff->said[n - 1] = 0;
    return 1;
}

static int said_warning(TIFF *tif, void *user, const char *module, const char *format, va_list args)
{
    (void)tif, (void)user, (void)module, (void)format, (void)args;
    return 1;
}

/* GeoTIFF's tags and GDAL's for a value that means nothing; libtiff does not know them. */
#define GEO_TAG(number, type, name)                                                                \
    {                                                                                              \
        number, TIFF_VARIABLE2, TIFF_VARIABLE2, type, FIELD_CUSTOM, 1, 1, (char[])                 \
        {                                                                                          \
            name                                                                                   \
        }                                                                                          \
    }
static const TIFFFieldInfo geo_tags[] = {
    GEO_TAG(33550, TIFF_DOUBLE, "PixelScale"), GEO_TAG(33922, TIFF_DOUBLE, "TiePoints"),
    GEO_TAG(34264, TIFF_DOUBLE, "Transform"),  GEO_TAG(34735, TIFF_SHORT, "GeoKeys"),
    GEO_TAG(34736, TIFF_DOUBLE, "GeoDoubles"), GEO_TAG(34737, TIFF_ASCII, "GeoAscii"),
    GEO_TAG(42113, TIFF_ASCII, "NoData"),
};
#define GEO_TAGS (sizeof geo_tags / sizeof *geo_tags)

int segi_tiff_open(struct segi_tiff *tiff, const char *mode, struct seg_error *err)
{
    int status = segi_tiff_lib_open(&tiff->lib, err);
    if (status)
        return status;
    tiff->end = tiff->source ? tiff->source->size : 0;
    TIFFOpenOptions *options = tiff->lib.TIFFOpenOptionsAlloc();
    if (!options)
        return segi_error_nomem(err);
    tiff->lib.TIFFOpenOptionsSetErrorHandlerExtR(options, said_error, tiff);
    tiff->lib.TIFFOpenOptionsSetWarningHandlerExtR(options, said_warning, tiff);
    tiff->tif = tiff->lib.TIFFClientOpenExt(NAME, mode, tiff, read_bytes, write_bytes, seek,
                                            leave_open, size_of, NULL, NULL, options);
    tiff->lib.TIFFOpenOptionsFree(options);
    if (!tiff->tif)
        return segi_error(err, SEG_IO, "damaged: %s", tiff->said);
    if (tiff->sink) /* a reader makes up its own descriptions of what it meets */
        tiff->lib.TIFFMergeFieldInfo(tiff->tif, geo_tags, GEO_TAGS);
    return SEG_OK;
}

void segi_tiff_close(struct segi_tiff *tiff)
{
    if (tiff->tif)
        tiff->lib.TIFFClose(tiff->tif);
    tiff->tif = NULL;
}

/* -- properties ------------------------------------------------------------------------------- */

/* A micrometre by its many names; other units as they are. */
static void set_unit(struct seg_props *props, const char *text, size_t length)
{
    static const char *const micro[] = {"micron", "microns",   "um",       "\\u00B5m",
                                        "\xb5m",  "\xc2\xb5m", "\xce\xbcm"};
    snprintf(props->unit, sizeof props->unit, "%.*s", (int)(length < 15 ? length : 15), text);
    for (size_t i = 0; i < sizeof micro / sizeof *micro; i++)
        if (strlen(micro[i]) == length && !strncmp(text, micro[i], length))
            strcpy(props->unit, "um");
}

/* A number behind `key` in OME's XML; 0 where there is none. */
static double ome_number(const char *text, const char *key)
{
    const char *p = strstr(text, key);
    double v = 0;
    return p && sscanf(p + strlen(key), "=\"%lf\"", &v) == 1 && v > 0 && v < 1e12 ? v : 0;
}

static bool ome_size(struct seg_props *props, const char *text)
{
    if (!strstr(text, "<OME") && !strstr(text, ":OME"))
        return false;
    props->pixel_size[0] = ome_number(text, "PhysicalSizeX");
    props->pixel_size[1] = ome_number(text, "PhysicalSizeY");
    static const char key[] = "PhysicalSizeXUnit=\"";
    const char *unit = strstr(text, key);
    if (unit)
        set_unit(props, unit + sizeof key - 1, strcspn(unit + sizeof key - 1, "\""));
    else
        strcpy(props->unit, "um"); /* what the standard says */
    return props->pixel_size[0] > 0;
}

static void get_size(struct segi_tiff *tiff, struct seg_props *props)
{
    const struct segi_tiff_lib *lib = &tiff->lib;
    const char *text = NULL;
    float x = 0, y = 0;
    uint16_t unit = RESUNIT_INCH;
    lib->TIFFGetField(tiff->tif, TIFFTAG_IMAGEDESCRIPTION, &text);
    if (text && ome_size(props, text))
        return;
    if (!lib->TIFFGetField(tiff->tif, TIFFTAG_XRESOLUTION, &x) ||
        !lib->TIFFGetField(tiff->tif, TIFFTAG_YRESOLUTION, &y) || !(x > 0 && y > 0) || x > 1e12F ||
        y > 1e12F)
        return;
    lib->TIFFGetFieldDefaulted(tiff->tif, TIFFTAG_RESOLUTIONUNIT, &unit);
    const char *named = text && !strncmp(text, "ImageJ=", 7) ? strstr(text, "\nunit=") : NULL;
    if (named) {
        set_unit(props, named + 6, strcspn(named + 6, "\r\n"));
        props->pixel_size[0] = 1 / (double)x;
        props->pixel_size[1] = 1 / (double)y;
        return;
    }
    /* 72 and 96 an inch are what programs write that know nothing of the scene. */
    if (unit == RESUNIT_NONE || (unit == RESUNIT_INCH && (x == 72 || x == 96 || x <= 1)))
        return;
    const double whole = unit == RESUNIT_INCH ? 25400 : 10000;
    props->pixel_size[0] = whole / (double)x;
    props->pixel_size[1] = whole / (double)y;
    strcpy(props->unit, "um");
}

/* One tag in the layer's georeference: its number, its count, and then its values. */
struct geo_head {
    uint32_t tag, count;
};

static size_t value_size(const TIFFFieldInfo *info)
{
    return info->field_type == TIFF_DOUBLE ? 8 : info->field_type == TIFF_SHORT ? 2 : 1;
}

static int get_geo(struct segi_tiff *tiff, seg_layer *layer, struct seg_error *err)
{
    unsigned char *all = NULL;
    size_t size = 0, capacity = 0;
    int status = SEG_OK;
    for (size_t i = 0; i < GEO_TAGS && !status; i++) {
        struct geo_head head = {geo_tags[i].field_tag, 0};
        const void *data = NULL;
        const TIFFField *field = tiff->lib.TIFFFindField(tiff->tif, head.tag, TIFF_ANY);
        if (!field || tiff->lib.TIFFFieldDataType(field) != geo_tags[i].field_type ||
            tiff->lib.TIFFFieldReadCount(field) != TIFF_VARIABLE2 ||
            !tiff->lib.TIFFGetField(tiff->tif, head.tag, &head.count, &data) || !data)
            continue;
        const size_t bytes = head.count * value_size(&geo_tags[i]);
        void *list = all;
        if (!segi_reserve(&layer->context->mem, &list, &capacity, size + sizeof head + bytes, 1)) {
            status = segi_error_nomem(err);
            break;
        }
        all = list;
        memcpy(all + size, &head, sizeof head);
        memcpy(all + size + sizeof head, data, bytes);
        size += sizeof head + bytes;
    }
    if (!status && size && !segi_layer_set_blob(layer, &layer->geo, all, size))
        status = segi_error_nomem(err);
    segi_free(&layer->context->mem, all);
    return status;
}

int segi_tiff_get_props(struct segi_tiff *tiff, seg_layer *layer, struct seg_error *err)
{
    uint32_t size = 0;
    void *data = NULL;
    get_size(tiff, &layer->props);
    if (tiff->lib.TIFFGetField(tiff->tif, TIFFTAG_ICCPROFILE, &size, &data) && data &&
        !segi_layer_set_blob(layer, &layer->icc, data, size))
        return segi_error_nomem(err);
    return get_geo(tiff, layer, err);
}

static void set_geo(struct segi_tiff *tiff, const struct segi_blob *geo)
{
    struct geo_head head;
    for (size_t at = 0; at + sizeof head <= geo->size;) {
        memcpy(&head, geo->data + at, sizeof head);
        const unsigned char *data = geo->data + at + sizeof head;
        const TIFFFieldInfo *info = geo_tags;
        while (info->field_tag != head.tag)
            info++;
        /* libtiff copies what it is given; doubles want to be aligned for that. */
        const size_t bytes = head.count * value_size(info);
        double *values = segi_alloc(&tiff->sink->context->mem, bytes, 1);
        if (!values)
            return;
        memcpy(values, data, bytes);
        tiff->lib.TIFFSetField(tiff->tif, head.tag, head.count, values);
        segi_free(&tiff->sink->context->mem, values);
        at += sizeof head + bytes;
    }
}

void segi_tiff_set_props(struct segi_tiff *tiff, const seg_layer *layer)
{
    const struct seg_props *props = &layer->props;
    if (props->pixel_size[0] > 0 && props->pixel_size[1] > 0 && !strcmp(props->unit, "um")) {
        tiff->lib.TIFFSetField(tiff->tif, TIFFTAG_RESOLUTIONUNIT, RESUNIT_CENTIMETER);
        tiff->lib.TIFFSetField(tiff->tif, TIFFTAG_XRESOLUTION, 10000 / props->pixel_size[0]);
        tiff->lib.TIFFSetField(tiff->tif, TIFFTAG_YRESOLUTION, 10000 / props->pixel_size[1]);
    }
    if (layer->icc.size && layer->view.kind == SEG_IMAGE)
        tiff->lib.TIFFSetField(tiff->tif, TIFFTAG_ICCPROFILE, (uint32_t)layer->icc.size,
                               layer->icc.data);
    set_geo(tiff, &layer->geo);
}

int segi_tiff_provenance(struct segi_source *source, struct segi_blob *text, struct seg_error *err)
{
    static const char head[] = "{\"segkit\":"; /* descriptions by others begin otherwise */
    struct segi_tiff tiff = {.source = source};
    const char *said = NULL;
    int status = segi_tiff_open(&tiff, "rm", err);
    if (!status && tiff.lib.TIFFGetField(tiff.tif, TIFFTAG_IMAGEDESCRIPTION, &said) && said &&
        !strncmp(said, head, sizeof head - 1))
        status = segi_provenance_copy(source->context, said, strlen(said), text, err);
    segi_tiff_close(&tiff);
    return status;
}

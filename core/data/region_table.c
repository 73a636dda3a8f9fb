/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of properties. */
#include "regions.h"

#include <stddef.h>

#define OF(field)     offsetof(struct segi_region, field)
#define OF_SAMPLES(f) offsetof(struct segi_intensity, f)

const struct segi_property segi_properties[] = {
    {"label", 0, OF(label), true},
    {"area", 0, OF(area), false},
    {"bbox-0", 0, OF(box[0]), true},
    {"bbox-1", 0, OF(box[1]), true},
    {"bbox-2", 0, OF(box[2]), true},
    {"bbox-3", 0, OF(box[3]), true},
    {"centroid-0", 0, OF(centroid[0]), false},
    {"centroid-1", 0, OF(centroid[1]), false},
    {"perimeter", SEGI_MEASURE_BORDER, OF(perimeter), false},
    {"eccentricity", 0, OF(eccentricity), false},
    {"solidity", SEGI_MEASURE_HULL, OF(solidity), false},
    {"extent", 0, OF(extent), false},
    {"euler_number", 0, OF(euler_number), false},
    {"orientation", 0, OF(orientation), false},
    {"equivalent_diameter", 0, OF(equivalent_diameter), false},
    {"major_axis_length", 0, OF(major_axis_length), false},
    {"minor_axis_length", 0, OF(minor_axis_length), false},
    {"convex_area", SEGI_MEASURE_HULL, OF(convex_area), false},
    {"filled_area", SEGI_MEASURE_FILLED, OF(filled_area), false},
    {"bbox_area", 0, OF(bbox_area), false},
    {"perimeter_crofton", 0, OF(perimeter_crofton), false},
    {"feret_diameter_max", SEGI_MEASURE_HULL, OF(feret_diameter_max), false},
    {"circularity", SEGI_MEASURE_BORDER, OF(circularity), false},
    {"perimeter_8", SEGI_MEASURE_BORDER, OF(perimeter_8), false},
    {"perimeter_crofton_2", 0, OF(perimeter_crofton_2), false},
    {"euler_number_4", 0, OF(euler_number_4), false},
    {"mean_intensity", SEGI_MEASURE_INTENSITY, OF_SAMPLES(mean), false},
    {"min_intensity", SEGI_MEASURE_INTENSITY, OF_SAMPLES(min), false},
    {"max_intensity", SEGI_MEASURE_INTENSITY, OF_SAMPLES(max), false},
    {"weighted_centroid-0", SEGI_MEASURE_INTENSITY, OF_SAMPLES(centroid[0]), false},
    {"weighted_centroid-1", SEGI_MEASURE_INTENSITY, OF_SAMPLES(centroid[1]), false},
};

const size_t segi_property_count = sizeof segi_properties / sizeof *segi_properties;

double segi_region_value(const struct segi_region *region, const struct segi_property *property,
                         int32_t plane)
{
    const char *from = (const char *)region;
    if (property->measures & SEGI_MEASURE_INTENSITY)
        from = (const char *)&region->intensity[plane];
    from += property->offset;
    return property->integer ? *(const int32_t *)(const void *)from
                             : *(const double *)(const void *)from;
}

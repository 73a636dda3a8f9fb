/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prints the layout of every struct that crosses the border to plugins. */
#include <segkit/plugin.h>
#include <stdio.h>

#define STRUCT(T)   printf("%s %zu\n", #T, sizeof(struct T))
#define FIELD(T, f) printf("  %zu %zu %s\n", offsetof(struct T, f), sizeof((struct T){0}.f), #f)

static void print_data(void)
{
    STRUCT(seg_shape);
    FIELD(seg_shape, struct_size);
    FIELD(seg_shape, kind);
    FIELD(seg_shape, dtype);
    FIELD(seg_shape, width);
    FIELD(seg_shape, height);
    FIELD(seg_shape, planes);
    STRUCT(seg_view);
    FIELD(seg_view, struct_size);
    FIELD(seg_view, kind);
    FIELD(seg_view, dtype);
    FIELD(seg_view, width);
    FIELD(seg_view, height);
    FIELD(seg_view, planes);
    FIELD(seg_view, row_stride);
    FIELD(seg_view, plane_stride);
    FIELD(seg_view, data);
    FIELD(seg_view, color);
    FIELD(seg_view, pixel_size);
    FIELD(seg_view, unit);
    STRUCT(seg_run);
    FIELD(seg_run, y);
    FIELD(seg_run, x);
    FIELD(seg_run, length);
    STRUCT(seg_instance);
    FIELD(seg_instance, struct_size);
    FIELD(seg_instance, id);
    FIELD(seg_instance, class_id);
    FIELD(seg_instance, score);
    FIELD(seg_instance, box);
    FIELD(seg_instance, runs);
    FIELD(seg_instance, run_count);
    STRUCT(seg_floats);
    FIELD(seg_floats, values);
    FIELD(seg_floats, count);
}

static void print_rows(void)
{
    STRUCT(seg_choice);
    FIELD(seg_choice, name);
    FIELD(seg_choice, summary);
    STRUCT(seg_param);
    FIELD(seg_param, name);
    FIELD(seg_param, summary);
    FIELD(seg_param, unit);
    FIELD(seg_param, alias);
    FIELD(seg_param, type);
    FIELD(seg_param, flags);
    FIELD(seg_param, offset);
    FIELD(seg_param, min);
    FIELD(seg_param, max);
    FIELD(seg_param, def);
    FIELD(seg_param, text);
    FIELD(seg_param, choices);
    FIELD(seg_param, choice_count);
    FIELD(seg_param, count_min);
    FIELD(seg_param, count_max);
    STRUCT(seg_port);
    FIELD(seg_port, name);
    FIELD(seg_port, summary);
    FIELD(seg_port, kinds);
    FIELD(seg_port, dtypes);
    FIELD(seg_port, flags);
    FIELD(seg_port, like);
    FIELD(seg_port, planes_min);
    FIELD(seg_port, planes_max);
}

static void print_host(void)
{
    STRUCT(seg_host);
    FIELD(seg_host, struct_size);
    FIELD(seg_host, abi_major);
    FIELD(seg_host, abi_minor);
    FIELD(seg_host, alloc);
    FIELD(seg_host, free);
    FIELD(seg_host, scratch);
    FIELD(seg_host, log);
    FIELD(seg_host, fail);
    FIELD(seg_host, progress);
    FIELD(seg_host, parallel);
    FIELD(seg_host, workers);
    FIELD(seg_host, input);
    FIELD(seg_host, output);
    FIELD(seg_host, instances);
    FIELD(seg_host, instance);
    FIELD(seg_host, value);
    FIELD(seg_host, set);
    FIELD(seg_host, classes);
    FIELD(seg_host, extension);
}

static void print_stage(void)
{
    STRUCT(seg_stage);
    FIELD(seg_stage, struct_size);
    FIELD(seg_stage, flags);
    FIELD(seg_stage, id);
    FIELD(seg_stage, summary);
    FIELD(seg_stage, detail);
    FIELD(seg_stage, reference);
    FIELD(seg_stage, version);
    FIELD(seg_stage, params_size);
    FIELD(seg_stage, params);
    FIELD(seg_stage, inputs);
    FIELD(seg_stage, outputs);
    FIELD(seg_stage, param_count);
    FIELD(seg_stage, input_count);
    FIELD(seg_stage, output_count);
    FIELD(seg_stage, create);
    FIELD(seg_stage, process);
    FIELD(seg_stage, destroy);
    FIELD(seg_stage, reach);
    FIELD(seg_stage, shape);
    FIELD(seg_stage, extension);
    STRUCT(seg_plugin);
    FIELD(seg_plugin, struct_size);
    FIELD(seg_plugin, abi_major);
    FIELD(seg_plugin, abi_minor);
    FIELD(seg_plugin, needs_minor);
    FIELD(seg_plugin, param_size);
    FIELD(seg_plugin, port_size);
    FIELD(seg_plugin, choice_size);
    FIELD(seg_plugin, stage_count);
    FIELD(seg_plugin, name);
    FIELD(seg_plugin, version);
    FIELD(seg_plugin, license);
    FIELD(seg_plugin, origin);
    FIELD(seg_plugin, stages);
    FIELD(seg_plugin, extension);
}

int main(void)
{
    print_data();
    print_rows();
    print_host();
    print_stage();
    return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every rule of a stage's tables, broken one at a time. */
#include <criterion/criterion.h>
#include <segkit/plugin-util.h>
#include <string.h>

#include "plug/module.h"

struct params {
    double sigma;
    int32_t size;
};

static struct seg_param params[2];
static struct seg_port inputs[2], outputs[2];
static struct seg_stage stage;

static int process(void *self, const struct seg_host *host, struct seg_call *call)
{
    (void)self, (void)host, (void)call;
    return SEG_OK;
}

static void setup(void)
{
    const struct seg_param good_params[] = {
        {SEG_P_FLOAT(struct params, sigma, 1, 0, 10, "px", "width")},
        {SEG_P_INT(struct params, size, 3, 1, 9, "px", "size")},
    };
    const struct seg_port good_inputs[] = {
        {"image", "the image", SEG_KIND_BIT(SEG_IMAGE), 0, 0, NULL, 0, 0},
        {"mask", "where", SEG_KIND_BIT(SEG_MASK), 0, SEG_PORT_OPTIONAL, NULL, 0, 0},
    };
    const struct seg_port good_outputs[] = {
        {"image", "the result", SEG_KIND_BIT(SEG_IMAGE), 0, 0, NULL, 0, 0},
        {"labels", "regions", SEG_KIND_BIT(SEG_LABELS), 0, 0, "image", 0, 0},
    };
    memcpy(params, good_params, sizeof params);
    memcpy(inputs, good_inputs, sizeof inputs);
    memcpy(outputs, good_outputs, sizeof outputs);
    stage = (struct seg_stage){.struct_size = sizeof stage,
                               .id = "test.good",
                               .summary = "is good",
                               .params_size = sizeof(struct params),
                               .params = params,
                               .inputs = inputs,
                               .outputs = outputs,
                               .param_count = 2,
                               .input_count = 2,
                               .output_count = 2,
                               .process = process};
}

TestSuite(validate, .init = setup);

static void refused(const char *text)
{
    struct seg_error err = {0};
    cr_expect_eq(segi_stage_validate(&stage, "test", &err), SEG_PLUGIN, "%s", text);
    cr_expect_str_eq(err.text, text);
    setup();
}

Test(validate, a_good_stage_passes)
{
    cr_assert_eq(segi_stage_validate(&stage, "test", NULL), SEG_OK);
}

Test(validate, stages)
{
    stage.id = "other.good";
    refused("stage 'other.good': the id is not 'test.NAME'");
    stage.id = "test.Good";
    refused("stage 'test.Good': the id is not 'test.NAME'");
    stage.id = NULL;
    refused("stage '?': the id is not 'test.NAME'");
    stage.summary = NULL;
    refused("stage 'test.good': no summary");
    stage.flags = 1u << 20;
    refused("stage 'test.good': unknown flags 0x100000");
    stage.process = NULL;
    refused("stage 'test.good': it has no process function or no output");
    stage.output_count = 0;
    refused("stage 'test.good': it has no process function or no output");
    stage.params_size = 1 << 30;
    refused("stage 'test.good': parameters of 1073741824 bytes; the most is 65536");
}

Test(validate, parameters)
{
    params[0].name = "Sigma";
    refused("stage 'test.good': parameter 'Sigma': name is not of a-z, 0-9 and _");
    params[0].name = "out";
    refused("stage 'test.good': parameter 'out': 'out' names a stage's result");
    params[1].name = "sigma";
    refused("stage 'test.good': parameter 'sigma': two of that name");
    params[1].alias = "sigma";
    refused("stage 'test.good': parameter 'size': two of that name");
    params[0].type = 99;
    refused("stage 'test.good': parameter 'sigma': unknown type");
    params[0].flags = 1u << 9;
    refused("stage 'test.good': parameter 'sigma': unknown flags");
    params[0].offset = 12;
    refused("stage 'test.good': parameter 'sigma': field outside the struct or not aligned");
    params[1].offset = UINT32_MAX - 3;
    refused("stage 'test.good': parameter 'size': field outside the struct or not aligned");
    params[1].offset = 4;
    refused("stage 'test.good': parameter 'size': shares its field with another");
    params[0].def = 11;
    refused("stage 'test.good': parameter 'sigma': default outside its range");
    params[0].min = 20;
    refused("stage 'test.good': parameter 'sigma': empty range");
    params[1].max = 1e10;
    refused("stage 'test.good': parameter 'size': range beyond 32 bits");
    params[1].type = SEG_CHOICE;
    refused("stage 'test.good': parameter 'size': range is not that of its choices");
    params[1].flags = SEG_PARAM_ODD;
    params[1].def = 2;
    refused("stage 'test.good': parameter 'size': default is even");
}

Test(validate, ports)
{
    inputs[0].name = "sigma";
    refused("stage 'test.good': input 'sigma': a parameter has the same name");
    inputs[1].name = "image";
    refused("stage 'test.good': input 'image': two of that name");
    inputs[0].kinds = 1u << 20;
    refused("stage 'test.good': input 'image': unknown kinds or dtypes");
    inputs[0].planes_min = 3;
    inputs[0].planes_max = 1;
    refused("stage 'test.good': input 'image': empty range of planes");
    outputs[0].kinds |= SEG_KIND_BIT(SEG_MASK);
    refused("stage 'test.good': output 'image': an output has one kind");
    outputs[1].like = "depth";
    refused("stage 'test.good': output 'labels': it is like no input");
    outputs[1].flags = SEG_PORT_OPTIONAL;
    refused("stage 'test.good': output 'labels': an output is not optional");
    stage.input_count = 0;
    outputs[1].like = NULL;
    refused("stage 'test.good': output 'image': it has no input to be like and states no size");
}

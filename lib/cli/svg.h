/* SPDX-License-Identifier: MIT
 *
 * cli/svg.h - a small writer of SVG pictures.
 *
 * Owns the file while it is being written and the names of the theme's colours.  Called by the
 * commands with --svg.  A picture follows the light or dark setting of whoever shows it; texts are
 * escaped here, so callers pass them as they are.  Errors are kept until svg_close, because a full
 * disk shows only there.
 */
#ifndef HAKMEM_CLI_SVG_H
#define HAKMEM_CLI_SVG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "cli/output.h"

struct svg {
	struct output output;
	FILE *file; /* of output */
};

enum svg_anchor { SVG_START, SVG_MIDDLE, SVG_END };

/* Where values lie on the paper: a value V is at pixel_from + (V - value_from) /
 * (value_to - value_from) * (pixel_to - pixel_from). */
struct svg_scale {
	double value_from, value_to;
	double pixel_from, pixel_to;
};

/* PATH "-" is standard output.  False after a message on stderr. */
bool svg_open(struct svg *svg, const char *path, double width, double height, const char *title);

/* False after a message on stderr when anything could not be written. */
bool svg_close(struct svg *svg);

/* COLOUR is a CSS colour, or one of the theme: "ink", "faint", "grid", "paper". */
void svg_rectangle(struct svg *svg, double x, double y, double width, double height, const char *colour,
		   double opacity, const char *tooltip);
void svg_line(struct svg *svg, double x1, double y1, double x2, double y2, const char *colour);
void svg_text(struct svg *svg, double x, double y, enum svg_anchor anchor, const char *colour, const char *text);

/* A polyline through COUNT points; values that are not finite interrupt it. */
void svg_curve(struct svg *svg, const struct svg_scale *x_scale, const struct svg_scale *y_scale,
	       const double *x, const double *y, size_t count, const char *colour);

/* A step of 1, 2 or 5 times a power of ten (with BINARY: a power of two) that divides RANGE into
 * at most STEPS. */
double svg_step(double range, unsigned steps, bool binary);

double svg_place(const struct svg_scale *scale, double value);

/* An axis with a grid line and a label for each STEP; LABEL writes a value as text. */
typedef void svg_label(char *text, size_t text_bytes, double value);
void svg_axis_left(struct svg *svg, const struct svg_scale *x_scale, const struct svg_scale *y_scale, double step,
		   svg_label *label);
void svg_axis_bottom(struct svg *svg, const struct svg_scale *x_scale, const struct svg_scale *y_scale, double step,
		     svg_label *label);

#endif

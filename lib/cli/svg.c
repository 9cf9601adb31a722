/* SPDX-License-Identifier: MIT
 *
 * cli/svg.c - elements, escaping, scales and axes.
 *
 * Numbers are printed by hand in fixed point: printf follows the locale, and a decimal comma ends
 * the picture.
 */
#include "cli/svg.h"

#include <math.h>
#include <string.h>

/* Coordinates with two decimals are finer than any screen. */
static void put_number(struct svg *svg, double value)
{
	long long hundredths;

	if (!isfinite(value) || fabs(value) > 1e9)
		value = 0;
	hundredths = llround(fabs(value) * 100);
	fprintf(svg->file, "%s%lld.%02lld", value < 0 && hundredths ? "-" : "", hundredths / 100, hundredths % 100);
}

static void put_attribute(struct svg *svg, const char *name, double value)
{
	fprintf(svg->file, " %s=\"", name);
	put_number(svg, value);
	fputc('"', svg->file);
}

/* XML 1.0 forbids most control characters even as references: they become '?'. */
static void put_text(struct svg *svg, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", svg->file);
			break;
		case '<':
			fputs("&lt;", svg->file);
			break;
		case '>':
			fputs("&gt;", svg->file);
			break;
		case '"':
			fputs("&quot;", svg->file);
			break;
		default:
			fputc((unsigned char)*text < ' ' ? '?' : *text, svg->file);
		}
	}
}

/* "ink" and so on are classes of the style sheet, so that they can differ in the dark. */
static void put_colour(struct svg *svg, const char *property, const char *colour)
{
	static const char *const theme[] = { "ink", "faint", "grid", "paper" };

	for (size_t i = 0; i < sizeof(theme) / sizeof(theme[0]); i++) {
		if (strcmp(colour, theme[i]) == 0) {
			fprintf(svg->file, " class=\"%s-%c\"", colour, property[0]);
			return;
		}
	}
	fprintf(svg->file, " %s=\"%s\"", property, colour);
}

bool svg_open(struct svg *svg, const char *path, double width, double height, const char *title)
{
	if (!output_open(&svg->output, path))
		return false;
	svg->file = svg->output.stream;
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"", svg->file);
	put_attribute(svg, "width", width);
	put_attribute(svg, "height", height);
	fputs(" viewBox=\"0 0 ", svg->file);
	put_number(svg, width);
	fputc(' ', svg->file);
	put_number(svg, height);
	fputs("\" font-family=\"sans-serif\" font-size=\"12\">\n<title>", svg->file);
	put_text(svg, title);
	fputs("</title>\n<style>\n"
	      ".paper-f{fill:#fff}.ink-f{fill:#222}.faint-f{fill:#777}.grid-f{fill:#eee}\n"
	      ".ink-s{stroke:#222}.faint-s{stroke:#777}.grid-s{stroke:#ddd}.paper-s{stroke:#fff}\n"
	      "@media (prefers-color-scheme:dark){\n"
	      ".paper-f{fill:#16181d}.ink-f{fill:#ddd}.faint-f{fill:#999}.grid-f{fill:#24272e}\n"
	      ".ink-s{stroke:#ddd}.faint-s{stroke:#999}.grid-s{stroke:#333842}.paper-s{stroke:#16181d}}\n"
	      "</style>\n",
	      svg->file);
	svg_rectangle(svg, 0, 0, width, height, "paper", 1, NULL);
	return true;
}

bool svg_close(struct svg *svg)
{
	fputs("</svg>\n", svg->file);
	svg->file = NULL;
	return output_commit(&svg->output);
}

void svg_rectangle(struct svg *svg, double x, double y, double width, double height, const char *colour,
		   double opacity, const char *tooltip)
{
	fputs("<rect", svg->file);
	put_attribute(svg, "x", x);
	put_attribute(svg, "y", y);
	put_attribute(svg, "width", width);
	put_attribute(svg, "height", height);
	put_colour(svg, "fill", colour);
	if (opacity < 1)
		put_attribute(svg, "fill-opacity", opacity);
	if (!tooltip) {
		fputs("/>\n", svg->file);
		return;
	}
	fputs("><title>", svg->file);
	put_text(svg, tooltip);
	fputs("</title></rect>\n", svg->file);
}

void svg_line(struct svg *svg, double x1, double y1, double x2, double y2, const char *colour)
{
	fputs("<line", svg->file);
	put_attribute(svg, "x1", x1);
	put_attribute(svg, "y1", y1);
	put_attribute(svg, "x2", x2);
	put_attribute(svg, "y2", y2);
	put_colour(svg, "stroke", colour);
	fputs("/>\n", svg->file);
}

void svg_text(struct svg *svg, double x, double y, enum svg_anchor anchor, const char *colour, const char *text)
{
	static const char *const names[] = { "start", "middle", "end" };

	fputs("<text", svg->file);
	put_attribute(svg, "x", x);
	put_attribute(svg, "y", y);
	fprintf(svg->file, " text-anchor=\"%s\"", names[anchor]);
	put_colour(svg, "fill", colour);
	fputc('>', svg->file);
	put_text(svg, text);
	fputs("</text>\n", svg->file);
}

double svg_place(const struct svg_scale *scale, double value)
{
	double range = scale->value_to - scale->value_from;

	if (range <= 0)
		return scale->pixel_from;
	return scale->pixel_from + (value - scale->value_from) / range * (scale->pixel_to - scale->pixel_from);
}

void svg_curve(struct svg *svg, const struct svg_scale *x_scale, const struct svg_scale *y_scale,
	       const double *x, const double *y, size_t count, const char *colour)
{
	bool open = false;

	for (size_t i = 0; i < count; i++) {
		if (!isfinite(x[i]) || !isfinite(y[i])) {
			if (open)
				fputs("\"/>\n", svg->file);
			open = false;
			continue;
		}
		if (!open) {
			fputs("<polyline fill=\"none\" stroke-width=\"2\" stroke-linejoin=\"round\" "
			      "stroke-linecap=\"round\"", svg->file);
			put_colour(svg, "stroke", colour);
			fputs(" points=\"", svg->file);
			open = true;
		}
		put_number(svg, svg_place(x_scale, x[i]));
		fputc(',', svg->file);
		put_number(svg, svg_place(y_scale, y[i]));
		fputc(' ', svg->file);
	}
	if (open)
		fputs("\"/>\n", svg->file);
}

double svg_step(double range, unsigned steps, bool binary)
{
	double least = range / (steps ? steps : 1), power;

	if (!(least > 0) || !isfinite(least))
		return 1;
	if (binary)
		return fmax(1, exp2(ceil(log2(least))));
	power = pow(10, floor(log10(least)));
	for (unsigned i = 0; i < 3; i++) {
		static const double factors[] = { 1, 2, 5 };

		/* The sum of rounding errors must not cost a step. */
		if (factors[i] * power >= least * (1 - 1e-9))
			return factors[i] * power;
	}
	return 10 * power;
}

/* The steps of a scale; bounded, whatever the caller's numbers are. */
enum { STEPS_MAX = 100 };

void svg_axis_left(struct svg *svg, const struct svg_scale *x_scale, const struct svg_scale *y_scale, double step,
		   svg_label *label)
{
	double from = ceil(y_scale->value_from / step) * step;

	for (unsigned i = 0; i < STEPS_MAX && from + i * step <= y_scale->value_to * (1 + 1e-9); i++) {
		double y = svg_place(y_scale, from + i * step);
		char text[32];

		svg_line(svg, x_scale->pixel_from, y, x_scale->pixel_to, y, i || from > 0 ? "grid" : "faint");
		label(text, sizeof text, from + i * step);
		svg_text(svg, x_scale->pixel_from - 6, y + 4, SVG_END, "faint", text);
	}
}

void svg_axis_bottom(struct svg *svg, const struct svg_scale *x_scale, const struct svg_scale *y_scale, double step,
		     svg_label *label)
{
	double from = ceil(x_scale->value_from / step) * step;

	for (unsigned i = 0; i < STEPS_MAX && from + i * step <= x_scale->value_to * (1 + 1e-9); i++) {
		double x = svg_place(x_scale, from + i * step);
		char text[32];

		svg_line(svg, x, y_scale->pixel_from, x, y_scale->pixel_from + 4, "faint");
		label(text, sizeof text, from + i * step);
		svg_text(svg, x, y_scale->pixel_from + 18, SVG_MIDDLE, "faint", text);
	}
}

/* Result rows as GWAS-SSF text, ten significant digits: writing 200,000 rows must not cost more than the scan. */
#include "kernel.h"
#include <math.h>

static double power_of_ten(int exponent)
{
    static const double small[23] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
                                     1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    int size = exponent < 0 ? -exponent : exponent;
    double value = 1;
    for (; size > 22; size -= 22) value *= 1e22;
    value *= small[size];
    return exponent < 0 ? 1 / value : value;
}

static char *put_text(char *out, const char *text)
{
    while (*text) *out++ = *text++;
    return out;
}

static char *put_integer(char *out, int64_t value)
{
    char digits[24];
    int count = 0;
    if (value < 0) { *out++ = '-'; value = -value; }
    do { digits[count++] = (char)('0' + value % 10); value /= 10; } while (value);
    while (count) *out++ = digits[--count];
    return out;
}

/* Digits of 10^9 <= mantissa < 10^10 as m.mmm; zeros at the end are left out. */
static char *put_scientific(char *out, uint64_t mantissa, int exponent)
{
    char digits[10];
    int last = 9;
    for (int i = 9; i >= 0; i--) { digits[i] = (char)('0' + mantissa % 10); mantissa /= 10; }
    while (last > 0 && digits[last] == '0') last--;
    if (exponent < -5 || exponent > 9) {
        *out++ = digits[0];
        if (last) *out++ = '.';
        for (int i = 1; i <= last; i++) *out++ = digits[i];
        *out++ = 'e';
        return put_integer(out, exponent);
    }
    if (exponent < 0) {
        *out++ = '0'; *out++ = '.';
        for (int i = -1; i > exponent; i--) *out++ = '0';
    }
    for (int i = 0; i <= last || i <= exponent; i++) {
        if (exponent >= 0 && i == exponent + 1) *out++ = '.';
        *out++ = i <= last ? digits[i] : '0';
    }
    return out;
}

static char *put_scaled(char *out, double mantissa, int exponent)
{
    uint64_t whole = (uint64_t)(mantissa * 1e9 + 0.5);
    if (whole < 1000000000u) { whole = (uint64_t)(mantissa * 1e10 + 0.5); exponent--; }
    if (whole >= 10000000000u) { whole = (whole + 5) / 10; exponent++; }
    return put_scientific(out, whole, exponent);
}

static char *put_number(char *out, double value)
{
    if (!isfinite(value)) return put_text(out, "#NA");
    if (value == 0) return put_text(out, "0");
    if (value < 0) { *out++ = '-'; value = -value; }
    int exponent = (int)floor(log10(value));
    double mantissa = exponent < -300 ? value * 1e300 * power_of_ten(-exponent - 300) : value * power_of_ten(-exponent);
    return put_scaled(out, mantissa, exponent);
}

/* A p-value from its -log10, also where the number itself would be zero. */
static char *put_p(char *out, double minus_log10)
{
    if (!isfinite(minus_log10)) return put_text(out, "#NA");
    if (minus_log10 <= 0) return put_text(out, "1");
    int exponent = (int)floor(-minus_log10);
    return put_scaled(out, pow(10, -minus_log10 - exponent), exponent);
}

typedef struct {
    const uint8_t *at, *end;
} Word;

static const uint8_t *next_word(const uint8_t *text, Word *word)
{
    while (*text <= ' ') text++;
    word->at = text;
    while (*text > ' ') text++;
    word->end = text;
    return text;
}

static char *put_word(char *out, Word word)
{
    memcpy(out, word.at, (size_t)(word.end - word.at));
    return out + (word.end - word.at);
}

/* GWAS-SSF wants 1 … 25, where X and Y pair as X; anything else stands as it was written. */
static char *put_chromosome(char *out, Word word)
{
    static const char *const numbers[][2] = {
        {"X", "23"}, {"XY", "23"}, {"25", "23"}, {"PAR1", "23"}, {"PAR2", "23"},
        {"Y", "24"}, {"M", "25"}, {"MT", "25"}, {"26", "25"},
    };
    if (word.end - word.at > 3 && (word.at[0] | 32) == 'c' && (word.at[1] | 32) == 'h' && (word.at[2] | 32) == 'r')
        word.at += 3;
    while (word.end - word.at > 1 && word.at[0] == '0') word.at++;
    size_t size = (size_t)(word.end - word.at);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (strlen(numbers[i][0]) == size && !memcmp(numbers[i][0], word.at, size))
            return put_text(out, numbers[i][1]);
    return put_word(out, word);
}

/* A name as GWAS-SSF takes it: letters, digits and underscores. */
static char *put_id(char *out, Word word)
{
    for (; word.at < word.end; word.at++) {
        uint8_t c = *word.at;
        int plain = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
        *out++ = plain ? (char)c : '_';
    }
    return out;
}

static char *put_rsid(char *out, Word word)
{
    int fits = word.end - word.at > 2 && word.at[0] == 'r' && word.at[1] == 's';
    for (const uint8_t *at = word.at + 2; fits && at < word.end; at++) fits = *at >= '0' && *at <= '9';
    return fits ? put_word(out, word) : put_text(out, "#NA");
}

static char *put_place(char *out, const Word *word)
{
    out = put_chromosome(out, word[0]); *out++ = '\t';
    out = put_word(out, word[3]); *out++ = '\t';
    out = put_word(out, word[4]); *out++ = '\t';
    out = put_word(out, word[5]); *out++ = '\t';
    return out;
}

/* `lines` is the .bim text, `starts` where each of the `count` lines begins. Variants that have a result go to
 * `out`, the others with their reason to `rest`; `written` gets the bytes of both. */
void write_rows(char *out, char *rest, int64_t *written, int64_t count, const uint8_t *lines, const int64_t *starts,
                const int32_t *calls, const double *frequency, const double *beta, const double *error,
                const double *minus_log10_p, const uint8_t *test, const uint8_t *status, const char *const *tests,
                const char *const *notes)
{
    char *begin = out, *rest_begin = rest;
    for (int64_t i = 0; i < count; i++) {
        Word word[6];
        const uint8_t *text = lines + starts[i];
        for (int field = 0; field < 6; field++) text = next_word(text, &word[field]);
        if (!isfinite(minus_log10_p[i])) {
            rest = put_place(rest, word);
            rest = put_word(rest, word[1]); *rest++ = '\t';
            rest = put_integer(rest, calls[i]); *rest++ = '\t';
            rest = put_text(rest, notes[status[i]]); *rest++ = '\n';
            continue;
        }
        out = put_place(out, word);
        out = put_number(out, beta[i]); *out++ = '\t';
        out = put_number(out, error[i]); *out++ = '\t';
        out = put_number(out, frequency[i]); *out++ = '\t';
        out = put_p(out, minus_log10_p[i]); *out++ = '\t';
        out = put_id(out, word[1]); *out++ = '\t';
        out = put_rsid(out, word[1]); *out++ = '\t';
        out = put_integer(out, calls[i]); *out++ = '\t';
        out = put_number(out, minus_log10_p[i]); *out++ = '\t';
        out = put_text(out, tests[test[i]]); *out++ = '\t';
        out = put_text(out, notes[status[i]]); *out++ = '\n';
    }
    written[0] = out - begin;
    written[1] = rest - rest_begin;
}

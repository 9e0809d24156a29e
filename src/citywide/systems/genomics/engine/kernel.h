/* Shared words of the genome kernel. All loads of genotype rows stay within `bytes` of the row. */
#ifndef CITYWIDE_KERNEL_H
#define CITYWIDE_KERNEL_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__) && (__GNUC__ >= 11 || defined(__clang__))
#define X86_LEVELS 1
#else
#define X86_LEVELS 0
#endif

enum { PLAIN = 0, AVX2 = 1, VNNI = 2, AMX = 3 };
enum { COPIES = 0, SQUARES = 1, ABSENT = 2 };
enum { FINE = 0, NO_CALLS = 1, ONE_GENOTYPE = 2, TOO_FEW = 3, COLLINEAR = 4, NO_VARIANCE = 5 };

#define CHUNK 256 /* people decoded together: 64 bytes of a row */

typedef double lanes __attribute__((vector_size(64), aligned(8)));

/* People, covariates and traits of one group of people with the same phenotype missing.
 * rows: [people][width] doubles: 1, orthonormal covariates, unit traits; zero for people outside the group
 * digits: signed base-256 digits of the same columns in tiles of 16 columns x 4 people, see pack in kernel.py
 * column_first, column_digits, column_unit: where each column's digits are and the value of their last unit */
typedef struct {
    int64_t people, bytes, members;
    int32_t covariates, traits, width, tiles;
    const uint64_t *mask;
    const double *rows;
    const int8_t *digits;
    const int32_t *column_first, *column_digits;
    const double *column_unit;
    const double *trait_norm;
} Group;

typedef struct {
    int64_t calls, hets, twos; /* people with a call, with one copy, with two */
} Calls;

int level(void);
int use_level(int wanted);
void dots(const uint8_t *raw, int64_t variants, int64_t bytes, const int8_t *digits, int tiles, int what, int32_t *sums);
Calls count_calls(const uint8_t *row, const Group *group);
double column_sum(const Group *group, const int32_t *sums, int column);
double minus_log10_p_t(double t, double df);
double minus_log10_p_z(double z);

#endif

/* Small kernels on 2-bit genotypes: sums by nibble tables, transposition, counts, and products of people or variants.
 *
 * A row is a run of 32-bit words, 16 genotypes each, in PLINK's codes: 0 = two copies of A1, 1 = missing, 2 = one
 * copy, 3 = none. Rows are padded to whole 64-byte lines. Every kernel is compiled for AVX-512 with VPOPCNTDQ, for
 * AVX2 and plain, and takes the level to run at; all levels give the same integers. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef float f16 __attribute__((vector_size(64)));
typedef uint32_t u16 __attribute__((vector_size(64)));
typedef uint64_t bits __attribute__((vector_size(64), aligned(8)));

#if defined(__x86_64__)
#define AT512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vpopcntdq,bmi2,fma,popcnt,prefer-vector-width=512")))
#define AT256 __attribute__((target("avx2,bmi2,fma,popcnt")))
#else
#define AT512
#define AT256
#endif
#define BODY static inline __attribute__((always_inline))
#define EXPORT __attribute__((visibility("default")))
#define LEVELS(name, params, args)                                                                                  \
    AT512 static void name##_512 params { name##_body args; }                                                       \
    AT256 static void name##_256 params { name##_body args; }                                                       \
    static void name##_0 params { name##_body args; }
#define PICK(name, args)                                                                                            \
    if (level >= 2) name##_512 args;                                                                                \
    else if (level == 1) name##_256 args;                                                                           \
    else name##_0 args;

EXPORT int bits_best_level(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512vpopcntdq") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
        return 2;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma")) return 1;
#endif
    return 0;
}

/* ---- sums by tables: out[row][lane] += sum over columns of values[column][code][lane] ---- */

enum { ROWS = 256, SPAN = 16 };

BODY void build_tables(const float *values, f16 *tables) {
    for (int pair = 0; pair < 8; pair++) {
        f16 first[4], second[4];
        memcpy(first, values + pair * 128, sizeof first);
        memcpy(second, values + pair * 128 + 64, sizeof second);
        for (int code = 0; code < 16; code++) tables[pair * 16 + code] = first[code & 3] + second[code >> 2];
    }
}

BODY void add_word(const f16 *tables, uint32_t w, f16 *sum) {
    f16 a = tables[w & 15] + tables[16 + (w >> 4 & 15)];
    f16 b = tables[32 + (w >> 8 & 15)] + tables[48 + (w >> 12 & 15)];
    f16 c = tables[64 + (w >> 16 & 15)] + tables[80 + (w >> 20 & 15)];
    f16 d = tables[96 + (w >> 24 & 15)] + tables[112 + (w >> 28)];
    *sum += (a + b) + (c + d);
}

BODY void table_sums_body(const uint32_t *packed, long rows, long words, long stride, const float *values, double *out) {
    f16 tables[128], sums[ROWS];
    for (long first = 0; first < rows; first += ROWS) {
        long many = rows - first < ROWS ? rows - first : ROWS;
        for (long start = 0; start < words; start += SPAN) {
            long end = start + SPAN < words ? start + SPAN : words;
            memset(sums, 0, sizeof sums);
            for (long word = start; word < end; word++) {
                build_tables(values + word * 1024, tables);
                const uint32_t *code = packed + first * stride + word;
                for (long row = 0; row < many; row++) add_word(tables, code[row * stride], &sums[row]);
            }
            for (long row = 0; row < many; row++)
                for (int lane = 0; lane < 16; lane++) out[(first + row) * 16 + lane] += (double)sums[row][lane];
        }
    }
}
LEVELS(table_sums, (const uint32_t *packed, long rows, long words, long stride, const float *values, double *out),
       (packed, rows, words, stride, values, out))

EXPORT void bits_table_sums(int level, const uint32_t *packed, long rows, long words, long stride, const float *values,
                       double *out) {
    PICK(table_sums, (packed, rows, words, stride, values, out))
}

/* ---- the missing calls of each row: out[row][lane] += lanes[column][lane] where the call is missing ---- */

BODY void missing_sums_body(const uint64_t *packed, long rows, long words, long stride, const double *lanes, double *out) {
    for (long row = 0; row < rows; row++)
        for (long word = 0; word < words; word++) {
            uint64_t w = packed[row * stride + word], left = w & ~(w >> 1) & 0x5555555555555555ULL;
            for (; left; left &= left - 1) {
                const double *lane = lanes + (word * 32 + __builtin_ctzll(left) / 2) * 16;
                for (int k = 0; k < 16; k++) out[row * 16 + k] += lane[k];
            }
        }
}
LEVELS(missing_sums, (const uint64_t *packed, long rows, long words, long stride, const double *lanes, double *out),
       (packed, rows, words, stride, lanes, out))

EXPORT void bits_missing_sums(int level, const uint64_t *packed, long rows, long words, long stride, const double *lanes,
                         double *out) {
    PICK(missing_sums, (packed, rows, words, stride, lanes, out))
}

/* ---- rows of variants to rows of people; both counts are multiples of 16 words or rows ---- */

BODY void swap_halves(u16 *tile, int apart, int shift, uint32_t mask) {
    for (int row = 0; row < 16; row++) {
        if (row & apart) continue;
        u16 moved = ((tile[row] >> shift) ^ tile[row + apart]) & mask;
        tile[row + apart] ^= moved;
        tile[row] ^= moved << shift;
    }
}

BODY void turn_body(const uint32_t *packed, long rows, long words, long stride, uint32_t *out, long out_stride) {
    for (long word = 0; word < words; word += 16)
        for (long row = 0; row < rows; row += 16) {
            u16 tile[16];
            for (int r = 0; r < 16; r++) memcpy(&tile[r], packed + (row + r) * stride + word, 64);
            swap_halves(tile, 8, 16, 0x0000FFFFu);
            swap_halves(tile, 4, 8, 0x00FF00FFu);
            swap_halves(tile, 2, 4, 0x0F0F0F0Fu);
            swap_halves(tile, 1, 2, 0x33333333u);
            for (int t = 0; t < 16; t++)
                for (int s = 0; s < 16; s++) out[((word + t) * 16 + s) * out_stride + row / 16] = tile[s][t];
        }
}
LEVELS(turn, (const uint32_t *packed, long rows, long words, long stride, uint32_t *out, long out_stride),
       (packed, rows, words, stride, out, out_stride))

EXPORT void bits_turn(int level, const uint32_t *packed, long rows, long words, long stride, uint32_t *out, long out_stride) {
    PICK(turn, (packed, rows, words, stride, out, out_stride))
}

/* ---- how often each code occurs in a row of bytes, among the columns of a mask (01 in each counted column) ---- */

typedef uint64_t loose __attribute__((aligned(1)));

BODY void code_counts_body(const uint8_t *raw, long rows, long bytes, long stride, const uint64_t *mask, int64_t *out) {
    int64_t all = 0;
    for (long word = 0; word < (bytes + 7) / 8; word++) all += __builtin_popcountll(mask[word]);
    for (long row = 0; row < rows; row++) {
        const loose *x = (const loose *)(raw + row * stride);
        uint64_t last = 0;
        int64_t missing = 0, het = 0, none = 0;
        for (long word = 0; word < bytes / 8; word++) {
            uint64_t low = x[word] & mask[word], high = x[word] >> 1 & mask[word];
            missing += __builtin_popcountll(low & ~high);
            het += __builtin_popcountll(high & ~low);
            none += __builtin_popcountll(low & high);
        }
        if (bytes % 8) {
            memcpy(&last, x + bytes / 8, (size_t)(bytes % 8));
            uint64_t low = last & mask[bytes / 8], high = last >> 1 & mask[bytes / 8];
            missing += __builtin_popcountll(low & ~high);
            het += __builtin_popcountll(high & ~low);
            none += __builtin_popcountll(low & high);
        }
        out[row * 4] = all - missing - het - none;
        out[row * 4 + 1] = missing, out[row * 4 + 2] = het, out[row * 4 + 3] = none;
    }
}
LEVELS(code_counts, (const uint8_t *raw, long rows, long bytes, long stride, const uint64_t *mask, int64_t *out),
       (raw, rows, bytes, stride, mask, out))

EXPORT void bits_code_counts(int level, const uint8_t *raw, long rows, long bytes, long stride, const uint64_t *mask,
                        int64_t *out) {
    PICK(code_counts, (raw, rows, bytes, stride, mask, out))
}

/* ---- for each person, sums over variants: out[person][lane] += values[variant][code][lane] ----
 * AVX-512 alone: 16 people stand in a register, each with the codes of 16 variants, and a table of 16 sums (two
 * variants) stands in another; one permutation looks all 16 people up. */

#if defined(__x86_64__)
enum { GROUP = 256 };

AT512 static void fill_tables(const float *values, long rows, long lanes, f16 *tables) {
    for (long pair = 0; pair < GROUP / 2; pair++)
        for (long lane = 0; lane < lanes; lane++) {
            f16 *table = tables + ((pair / 8) * lanes + lane) * 8 + pair % 8;
            for (int code = 0; code < 16; code++) {
                float one = 2 * pair < rows ? values[(2 * pair * 4 + (code & 3)) * lanes + lane] : 0;
                float two = 2 * pair + 1 < rows ? values[((2 * pair + 1) * 4 + (code >> 2)) * lanes + lane] : 0;
                (*table)[code] = one + two;
            }
        }
}

AT512 static void load_tile(const uint8_t *raw, long rows, long bytes, long stride, long at, u16 *tile) {
    long here = bytes - at < 64 ? bytes - at : 64;
    for (long r = 0; r < 16; r++) {
        if (r < rows && here == 64) {
            memcpy(&tile[r], raw + r * stride + at, 64);
            continue;
        }
        tile[r] = (u16){0};
        if (r < rows) memcpy(&tile[r], raw + r * stride + at, (size_t)here);
    }
    swap_halves(tile, 8, 16, 0x0000FFFFu);
    swap_halves(tile, 4, 8, 0x00FF00FFu);
    swap_halves(tile, 2, 4, 0x0F0F0F0Fu);
    swap_halves(tile, 1, 2, 0x33333333u);
}

AT512 static void look_up(const u16 *tile, const f16 *tables, long lanes, f16 *sums) {
    u16 index[16][8];
    for (int s = 0; s < 16; s++)
        for (int k = 0; k < 8; k++) index[s][k] = tile[s] >> (4 * k);
    for (long lane = 0; lane < lanes; lane++) {
        const f16 *t = tables + lane * 8;
        f16 a = t[0], b = t[1], c = t[2], d = t[3], e = t[4], f = t[5], g = t[6], h = t[7];
        for (int s = 0; s < 16; s++) {
            const u16 *i = index[s];
            f16 one = (__builtin_shuffle(a, i[0]) + __builtin_shuffle(b, i[1])) +
                      (__builtin_shuffle(c, i[2]) + __builtin_shuffle(d, i[3]));
            f16 two = (__builtin_shuffle(e, i[4]) + __builtin_shuffle(f, i[5])) +
                      (__builtin_shuffle(g, i[6]) + __builtin_shuffle(h, i[7]));
            sums[lane * 16 + s] += one + two;
        }
    }
}

AT512 static void flush(const f16 *sums, long lanes, long first, long people, double *out) {
    for (long lane = 0; lane < lanes; lane++)
        for (int s = 0; s < 16; s++)
            for (int t = 0; t < 16; t++)
                if (first + t * 16 + s < people) out[(first + t * 16 + s) * lanes + lane] += (double)sums[lane * 16 + s][t];
}

EXPORT AT512 int bits_person_sums(int level, const uint8_t *raw, long rows, long bytes, long stride, long from, long people,
                             const float *values, long lanes, double *out) {
    f16 *tables = level < 2 ? NULL : aligned_alloc(64, (size_t)(GROUP / 2 + 16) * (size_t)lanes * 64);
    if (!tables) return 1;
    f16 *sums = tables + GROUP / 2 * lanes;
    for (long first = 0; first < rows; first += GROUP) {
        long many = rows - first < GROUP ? rows - first : GROUP;
        fill_tables(values + first * 4 * lanes, many, lanes, tables);
        for (long person = from; person < people; person += 256) {
            memset(sums, 0, (size_t)lanes * 16 * 64);
            for (long row = 0; row < many; row += 16) {
                u16 tile[16];
                load_tile(raw + (first + row) * stride, many - row, bytes, stride, person / 4, tile);
                look_up(tile, tables + row / 16 * lanes * 8, lanes, sums);
            }
            flush(sums, lanes, person, people, out);
        }
    }
    free(tables);
    return 0;
}
#else
EXPORT int bits_person_sums(int level, const uint8_t *raw, long rows, long bytes, long stride, long from, long people,
                       const float *values, long lanes, double *out) {
    return 1;
}
#endif

/* ---- 2-bit rows to two planes of bits: homozygous, and of those the ones with no copy of A1; third: missing ---- */

BODY uint64_t even_bits(uint64_t x) {
    x &= 0x5555555555555555ULL;
    x = (x | x >> 1) & 0x3333333333333333ULL;
    x = (x | x >> 2) & 0x0F0F0F0F0F0F0F0FULL;
    x = (x | x >> 4) & 0x00FF00FF00FF00FFULL;
    x = (x | x >> 8) & 0x0000FFFF0000FFFFULL;
    return (x | x >> 16) & 0x00000000FFFFFFFFULL;
}

BODY void planes_body(const uint64_t *packed, long rows, long words, long stride, const uint64_t *mask, uint32_t *same,
                      uint32_t *none, uint32_t *missing, long out_stride) {
    for (long row = 0; row < rows; row++)
        for (long word = 0; word < words; word++) {
            uint64_t x = packed[row * stride + word], low = x & mask[word], high = x >> 1 & mask[word];
            same[row * out_stride + word] = (uint32_t)even_bits(~(low ^ high) & mask[word]);
            none[row * out_stride + word] = (uint32_t)even_bits(low & high);
            missing[row * out_stride + word] = (uint32_t)even_bits(low & ~high);
        }
}
LEVELS(planes,
       (const uint64_t *packed, long rows, long words, long stride, const uint64_t *mask, uint32_t *same, uint32_t *none,
        uint32_t *missing, long out_stride),
       (packed, rows, words, stride, mask, same, none, missing, out_stride))

EXPORT void bits_planes(int level, const uint64_t *packed, long rows, long words, long stride, const uint64_t *mask,
                   uint32_t *same, uint32_t *none, uint32_t *missing, long out_stride) {
    PICK(planes, (packed, rows, words, stride, mask, same, none, missing, out_stride))
}

/* ---- inner products of rows coded -1, 0, 1 (missing is 0): out[a][b], 4 rows of b at a time ---- */

enum { STRIP = 4, DEEP = 256 };

BODY void strip(const uint64_t *s, const uint64_t *n, const uint64_t *same, const uint64_t *none, long stride,
                long words, int64_t *total) {
    int64_t both[STRIP] = {0}, apart[STRIP] = {0};
    for (long word = 0; word < words; word++)
        for (int k = 0; k < STRIP; k++) {
            uint64_t a = s[word] & same[k * stride + word];
            both[k] += __builtin_popcountll(a);
            apart[k] += __builtin_popcountll(a & (n[word] ^ none[k * stride + word]));
        }
    for (int k = 0; k < STRIP; k++) total[k] = both[k] - 2 * apart[k];
}

/* The rows b0..b1 are a multiple of STRIP; words go by DEEP so that both sides stay in the nearest cache. */
BODY void products_body(const uint64_t *same, const uint64_t *none, long words, long a0, long a1, long b0, long b1,
                        int32_t *out, long out_stride) {
    for (long a = a0; a < a1; a++) memset(out + (a - a0) * out_stride, 0, (size_t)(b1 - b0) * 4);
    for (long w = 0; w < words; w += DEEP) {
        long span = words - w < DEEP ? words - w : DEEP;
        for (long b = b0; b < b1; b += STRIP)
            for (long a = a0; a < a1; a++) {
                int64_t total[STRIP];
                strip(same + a * words + w, none + a * words + w, same + b * words + w, none + b * words + w, words,
                      span, total);
                for (int k = 0; k < STRIP; k++) out[(a - a0) * out_stride + b - b0 + k] += (int32_t)total[k];
            }
    }
}
LEVELS(products,
       (const uint64_t *same, const uint64_t *none, long words, long a0, long a1, long b0, long b1, int32_t *out,
        long out_stride),
       (same, none, words, a0, a1, b0, b1, out, out_stride))

EXPORT void bits_products(int level, const uint64_t *same, const uint64_t *none, long words, long a0, long a1, long b0,
                     long b1, int32_t *out, long out_stride) {
    PICK(products, (same, none, words, a0, a1, b0, b1, out, out_stride))
}

/* ---- for each person, how often every other is homozygous or heterozygous where this one is missing ----
 * same and het: the variants of a block of 512 people, 8 words a variant; missing: one row of bits a person.
 * Counters stand upright: bit k of a count is in plane k; 16,000 additions fit. */

enum { HEIGHT = 15 };

#define MAJORITY(a, b, c) (((a) & (b)) | ((c) & ((a) ^ (b))))
BODY void add_upright(bits *count, int height, bits a, bits b, bits c, bits d) {
    bits first = MAJORITY(count[0], a, b), one = count[0] ^ a ^ b, second = MAJORITY(one, c, d);
    count[0] = one ^ c ^ d;
    bits carry = MAJORITY(count[1], first, second);
    count[1] ^= first ^ second;
    for (int k = 2; k < height; k++) {
        bits next = count[k] & carry;
        count[k] ^= carry;
        carry = next;
    }
}

BODY void lay_down(const bits *count, int height, int32_t *out) {
    const u16 low = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, high = low + 16;
    uint32_t plane[HEIGHT][16];
    memcpy(plane, count, (size_t)height * 64);
    for (int word = 0; word < 16; word++) {
        u16 first = {0}, second = {0};
        for (int k = 0; k < height; k++) {
            u16 x = low * 0 + plane[k][word];
            first += (x >> low & 1) << k;
            second += (x >> high & 1) << k;
        }
        memcpy(out + word * 32, &first, 64), memcpy(out + word * 32 + 16, &second, 64);
    }
}

BODY void overlaps_body(const bits *plane, const int32_t *list, long many, int32_t *out) {
    bits count[HEIGHT], none = {0};
    int height = 2;
    while (1L << height <= many) height++;
    memset(count, 0, sizeof count);
    for (long m = 0; m < many; m += 4)
        add_upright(count, height, plane[list[m]], m + 1 < many ? plane[list[m + 1]] : none,
                    m + 2 < many ? plane[list[m + 2]] : none, m + 3 < many ? plane[list[m + 3]] : none);
    lay_down(count, height, out);
}

BODY long list_bits(const uint64_t *row, long words, int32_t *list) {
    long many = 0;
    for (long word = 0; word < words; word++)
        for (uint64_t left = row[word]; left; left &= left - 1) list[many++] = (int32_t)(word * 64 + __builtin_ctzll(left));
    return many;
}

BODY void overlaps_many_body(const bits *same, const bits *het, const uint64_t *missing, long words, long people,
                             int32_t *list, int32_t *same_out, int32_t *het_out) {
    for (long j = 0; j < people; j++) {
        int32_t part[512], *outs[2] = {same_out + j * 512, het_out + j * 512};
        long many = list_bits(missing + j * words, words, list);
        memset(outs[0], 0, sizeof part), memset(outs[1], 0, sizeof part);
        for (long at = 0; at < many; at += 16000)
            for (int which = 0; which < 2; which++) {
                overlaps_body(which ? het : same, list + at, many - at < 16000 ? many - at : 16000, part);
                for (int k = 0; k < 512; k++) outs[which][k] += part[k];
            }
    }
}
LEVELS(overlaps_many,
       (const bits *same, const bits *het, const uint64_t *missing, long words, long people, int32_t *list,
        int32_t *same_out, int32_t *het_out),
       (same, het, missing, words, people, list, same_out, het_out))

EXPORT void bits_overlaps(int level, const uint64_t *same, const uint64_t *het, const uint64_t *missing, long words,
                     long people, int32_t *list, int32_t *same_out, int32_t *het_out) {
    PICK(overlaps_many, ((const bits *)same, (const bits *)het, missing, words, people, list, same_out, het_out))
}

/* ---- the pairs of a tile of 512 x 512 that are near: apart <= bound * least; returns how many ----
 * hom and het count each person's calls; gone_a[i][j] counts b's person j where a's person i is missing, and
 * gone_b[i][j] a's person i where b's person j is. */

BODY void near_row(const int32_t *dot, const int32_t *hom_b, const int32_t *het_b, const int32_t *const *gone, long at,
                   int32_t hom, int32_t het, float bound, int32_t *apart, int32_t *least, uint8_t *near) {
    const int32_t *hom_gone_a = gone[0] + at, *het_gone_a = gone[1] + at;
    const int32_t *hom_gone_b = gone[2] + at, *het_gone_b = gone[3] + at;
    for (int j = 0; j < 512; j++) {
        int32_t mine = het - het_gone_b[j], other = het_b[j] - het_gone_a[j];
        apart[j] = hom - hom_gone_b[j] + hom_b[j] - hom_gone_a[j] - 2 * dot[j];
        least[j] = mine < other ? mine : other;
        near[j] = (float)apart[j] <= bound * (float)least[j] + 0.5f;
    }
}

BODY void near_pairs_body(const int32_t *dot, const int32_t *hom_a, const int32_t *het_a, const int32_t *hom_b,
                          const int32_t *het_b, const int32_t *const *gone, double bound, int32_t *out, int64_t *many) {
    int64_t found = 0;
    for (long i = 0; i < 512; i++) {
        int32_t apart[512], least[512];
        uint8_t near[512];
        near_row(dot + i * 512, hom_b, het_b, gone, i * 512, hom_a[i], het_a[i], (float)bound, apart, least, near);
        for (int j = 0; j < 512; j++)
            if (near[j] && least[j] > 0) {
                int32_t *to = out + found++ * 4;
                to[0] = (int32_t)i, to[1] = j, to[2] = apart[j], to[3] = least[j];
            }
    }
    *many = found;
}
LEVELS(near_pairs,
       (const int32_t *dot, const int32_t *hom_a, const int32_t *het_a, const int32_t *hom_b, const int32_t *het_b,
        const int32_t *const *gone, double bound, int32_t *out, int64_t *many),
       (dot, hom_a, het_a, hom_b, het_b, gone, bound, out, many))

EXPORT void bits_near_pairs(int level, const int32_t *dot, const int32_t *hom_a, const int32_t *het_a, const int32_t *hom_b,
                            const int32_t *het_b, const int32_t *hom_gone_a, const int32_t *het_gone_a,
                            const int32_t *hom_gone_b, const int32_t *het_gone_b, double bound, int32_t *out,
                            int64_t *many) {
    const int32_t *const gone[4] = {hom_gone_a, het_gone_a, hom_gone_b, het_gone_b};
    PICK(near_pairs, (dot, hom_a, het_a, hom_b, het_b, gone, bound, out, many))
}

/* ---- moments of two variants over the people called in both: n, sum x, sum y, sum xx, sum yy, sum xy ---- */

BODY void moments_body(const uint64_t *same, const uint64_t *none, const uint64_t *missing, long words, const int64_t *a,
                       const int64_t *b, long pairs, long people, int32_t *out) {
    for (long p = 0; p < pairs; p++) {
        const uint64_t *s = same + a[p] * words, *n = none + a[p] * words, *m = missing + a[p] * words;
        const uint64_t *t = same + b[p] * words, *o = none + b[p] * words, *q = missing + b[p] * words;
        int64_t gone = 0, xx = 0, xn = 0, yy = 0, yn = 0, both = 0, apart = 0;
        for (long w = 0; w < words; w++) {
            uint64_t x = s[w] & ~q[w], y = t[w] & ~m[w], z = s[w] & t[w];
            gone += __builtin_popcountll(m[w] | q[w]);
            xx += __builtin_popcountll(x), xn += __builtin_popcountll(x & n[w]);
            yy += __builtin_popcountll(y), yn += __builtin_popcountll(y & o[w]);
            both += __builtin_popcountll(z), apart += __builtin_popcountll(z & (n[w] ^ o[w]));
        }
        int64_t six[6] = {people - gone, xx - 2 * xn, yy - 2 * yn, xx, yy, both - 2 * apart};
        for (int k = 0; k < 6; k++) out[p * 6 + k] = (int32_t)six[k];
    }
}
LEVELS(moments,
       (const uint64_t *same, const uint64_t *none, const uint64_t *missing, long words, const int64_t *a,
        const int64_t *b, long pairs, long people, int32_t *out),
       (same, none, missing, words, a, b, pairs, people, out))

EXPORT void bits_moments(int level, const uint64_t *same, const uint64_t *none, const uint64_t *missing, long words,
                    const int64_t *a, const int64_t *b, long pairs, long people, int32_t *out) {
    PICK(moments, (same, none, missing, words, a, b, pairs, people, out))
}

/* ---- one float per call: out[row][column] = table[row][code] ---- */

EXPORT void bits_decode(const uint8_t *packed, long rows, long people, long stride, const float *table, float *out) {
    float four[256][4];
    for (long row = 0; row < rows; row++) {
        for (int byte = 0; byte < 256; byte++)
            for (int k = 0; k < 4; k++) four[byte][k] = table[row * 4 + (byte >> 2 * k & 3)];
        const uint8_t *x = packed + row * stride;
        float *to = out + row * people;
        for (long byte = 0; byte < people / 4; byte++) memcpy(to + byte * 4, four[x[byte]], 16);
        for (long k = people / 4 * 4; k < people; k++) to[k] = table[row * 4 + (x[k / 4] >> 2 * (k % 4) & 3)];
    }
}

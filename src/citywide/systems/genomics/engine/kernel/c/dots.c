/* Exact integer products of 2-bit genotypes with columns of signed bytes: sums[variant][column].
 *
 * A real column is written as base-256 digits, so that four or five byte columns carry 32 or 40 bits of it and
 * every level of hardware gives the same integers. A tile is 64 people x 16 columns in the order that the dot
 * product instructions take: [16 quads of people][16 columns][4 people]. */
#include "kernel.h"
#include <stdlib.h>

#define SPAN 1024 /* people decoded before they are multiplied: 16 tiles */
#define PANEL (512 * 1024) /* bytes of digits that should stay in the second-level cache */

#if X86_LEVELS
#include <cpuid.h>
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

static inline __attribute__((always_inline)) void decode64(const uint8_t *in, uint8_t *out, int64_t step, int what)
{
    for (int shift = 0; shift < 4; shift++)
        for (int i = 0; i < 64; i++) {
            uint8_t code = (uint8_t)(in[i] >> (2 * shift)) & 3, low = code & 1, high = code >> 1;
            uint8_t copies = (uint8_t)(2 - high) & (uint8_t)(low - 1);
            out[shift * step + i] = what == COPIES ? copies : what == SQUARES ? (uint8_t)(copies * copies)
                                                                              : (uint8_t)(low & (1 - high));
        }
}

static inline __attribute__((always_inline)) void decode_span(const uint8_t *row, int64_t left, uint8_t *out,
                                                              int64_t step, int chunks, int what)
{
    for (int chunk = 0; chunk < chunks; chunk++, row += 64, left -= 64) {
        uint8_t tail[64] = {0};
        const uint8_t *in = row;
        if (left < 64) {
            memcpy(tail, row, left > 0 ? (size_t)left : 0);
            in = tail;
        }
        decode64(in, out + (int64_t)chunk * 4 * step, step, what);
    }
}

#define DECODER(name, attributes)                                                                                    \
    static attributes void name(const uint8_t *row, int64_t left, uint8_t *out, int64_t step, int chunks, int what)  \
    {                                                                                                                \
        if (what == COPIES) decode_span(row, left, out, step, chunks, COPIES);                                       \
        else if (what == SQUARES) decode_span(row, left, out, step, chunks, SQUARES);                                \
        else decode_span(row, left, out, step, chunks, ABSENT);                                                      \
    }

/* One product: `decoded` holds `rows` variants, each tile of 64 people at [tile][row][64]. */
typedef void Multiply(const uint8_t *decoded, int rows, const int8_t *digits, int tiles, int steps, int32_t *sums);
typedef void Decode(const uint8_t *row, int64_t left, uint8_t *out, int64_t step, int chunks, int what);

static inline __attribute__((always_inline)) void run(const uint8_t *raw, int64_t variants, int64_t bytes,
                                                      const int8_t *digits, int tiles, int what, int32_t *sums,
                                                      int group, Decode *decode, Multiply *multiply, uint8_t *decoded)
{
    int64_t chunks = (bytes + 63) / 64, tile_bytes = (int64_t)tiles * 1024;
    int64_t panel = PANEL / (tile_bytes * 4) / 4 * 4;
    if (panel < 4) panel = 4;
    memset(sums, 0, (size_t)(variants * tiles * 16) * sizeof *sums);
    for (int64_t begin = 0; begin < chunks; begin += panel) {
        int64_t end = begin + panel < chunks ? begin + panel : chunks;
        for (int64_t first = 0; first < variants; first += group) {
            int rows = variants - first < group ? (int)(variants - first) : group;
            for (int64_t at = begin; at < end; at += SPAN / CHUNK) {
                int count = end - at < SPAN / CHUNK ? (int)(end - at) : SPAN / CHUNK;
                for (int row = 0; row < rows; row++)
                    decode(raw + (first + row) * bytes + at * 64, bytes - at * 64, decoded + row * 64,
                           (int64_t)group * 64, count, what);
                multiply(decoded, rows, digits + at * 4 * tile_bytes, tiles, count * 4, sums + first * tiles * 16);
            }
        }
    }
}

DECODER(decode_plain, )
static void multiply_plain(const uint8_t *decoded, int rows, const int8_t *digits, int tiles, int steps, int32_t *sums)
{
    for (int step = 0; step < steps; step++)
        for (int row = 0; row < rows; row++)
            for (int tile = 0; tile < tiles; tile++) {
                const uint8_t *people = decoded + (step * 4 + row) * 64;
                const int8_t *columns = digits + ((int64_t)step * tiles + tile) * 1024;
                int32_t *out = sums + ((int64_t)row * tiles + tile) * 16;
                for (int quad = 0; quad < 16; quad++, people += 4, columns += 64)
                    for (int column = 0; column < 16; column++)
                        out[column] += people[0] * columns[4 * column] + people[1] * columns[4 * column + 1] +
                                       people[2] * columns[4 * column + 2] + people[3] * columns[4 * column + 3];
            }
}

static void dots_plain(const uint8_t *raw, int64_t variants, int64_t bytes, const int8_t *digits, int tiles, int what,
                       int32_t *sums, uint8_t *decoded)
{
    run(raw, variants, bytes, digits, tiles, what, sums, 4, decode_plain, multiply_plain, decoded);
}

#if X86_LEVELS

#define FOR_AVX2 __attribute__((target("avx2,fma,bmi2,popcnt")))
#define FOR_VNNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,bmi2,popcnt")))
#define FOR_AMX __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,amx-tile,amx-int8,bmi2,popcnt")))

DECODER(decode_avx2, FOR_AVX2)

/* Pairs of products are at most 2 * 4 * 128 in size, so 16 quads can be summed in 16 bits. */
FOR_AVX2 static void multiply_avx2(const uint8_t *decoded, int rows, const int8_t *digits, int tiles, int steps,
                                   int32_t *sums)
{
    const __m256i ones = _mm256_set1_epi16(1);
    for (int step = 0; step < steps; step++)
        for (int half = 0; half < 2 * tiles; half++) {
            const int8_t *columns = digits + ((int64_t)step * tiles + half / 2) * 1024 + half % 2 * 32;
            const uint8_t *people = decoded + step * 4 * 64;
            __m256i sum[4] = {{0}};
            for (int quad = 0; quad < 16; quad++) {
                __m256i column = _mm256_loadu_si256((const __m256i *)(columns + quad * 64));
                for (int row = 0; row < 4; row++) {
                    int32_t four;
                    memcpy(&four, people + row * 64 + quad * 4, 4);
                    sum[row] = _mm256_add_epi16(sum[row], _mm256_maddubs_epi16(_mm256_set1_epi32(four), column));
                }
            }
            for (int row = 0; row < rows; row++) {
                __m256i *out = (__m256i *)(sums + ((int64_t)row * tiles + half / 2) * 16 + half % 2 * 8);
                _mm256_storeu_si256(out, _mm256_add_epi32(_mm256_loadu_si256(out), _mm256_madd_epi16(sum[row], ones)));
            }
        }
}

FOR_AVX2 static void dots_avx2(const uint8_t *raw, int64_t variants, int64_t bytes, const int8_t *digits, int tiles,
                               int what, int32_t *sums, uint8_t *decoded)
{
    run(raw, variants, bytes, digits, tiles, what, sums, 4, decode_avx2, multiply_avx2, decoded);
}

/* Dibits to bytes through one shuffle; `table` is the value of each 2-bit code. */
FOR_VNNI static void decode_avx512(const uint8_t *row, int64_t left, uint8_t *out, int64_t step, int chunks, int what)
{
    const int32_t values[3] = {0x00010002, 0x00010004, 0x00000100};
    const __m512i table = _mm512_set1_epi32(values[what]), three = _mm512_set1_epi8(3);
    for (int chunk = 0; chunk < chunks; chunk++, row += 64, left -= 64, out += 4 * step) {
        __mmask64 here = left >= 64 ? ~0ULL : left > 0 ? (1ULL << left) - 1 : 0;
        __m512i in = _mm512_maskz_loadu_epi8(here, row);
        __m512i second = _mm512_srli_epi16(in, 2), third = _mm512_srli_epi16(in, 4), last = _mm512_srli_epi16(in, 6);
        _mm512_storeu_si512(out, _mm512_shuffle_epi8(table, _mm512_and_si512(in, three)));
        _mm512_storeu_si512(out + step, _mm512_shuffle_epi8(table, _mm512_and_si512(second, three)));
        _mm512_storeu_si512(out + 2 * step, _mm512_shuffle_epi8(table, _mm512_and_si512(third, three)));
        _mm512_storeu_si512(out + 3 * step, _mm512_shuffle_epi8(table, _mm512_and_si512(last, three)));
    }
}

FOR_VNNI static inline __attribute__((always_inline)) void vnni_columns(const uint8_t *decoded, int rows,
                                                                        const int8_t *digits, int tiles, int first,
                                                                        int many, int steps, int32_t *sums)
{
    __m512i sum[8][3];
    for (int row = 0; row < 8; row++)
        for (int tile = 0; tile < many; tile++) sum[row][tile] = _mm512_setzero_si512();
    for (int step = 0; step < steps; step++) {
        const int8_t *columns = digits + ((int64_t)step * tiles + first) * 1024;
        const uint8_t *people = decoded + step * 8 * 64;
        for (int quad = 0; quad < 16; quad++)
            for (int row = 0; row < 8; row++) {
                int32_t four;
                memcpy(&four, people + row * 64 + quad * 4, 4);
                __m512i copies = _mm512_set1_epi32(four);
                for (int tile = 0; tile < many; tile++)
                    sum[row][tile] = _mm512_dpbusd_epi32(sum[row][tile], copies,
                                                         _mm512_loadu_si512(columns + tile * 1024 + quad * 64));
            }
    }
    for (int row = 0; row < rows; row++)
        for (int tile = 0; tile < many; tile++) {
            int32_t *out = sums + ((int64_t)row * tiles + first + tile) * 16;
            _mm512_storeu_si512(out, _mm512_add_epi32(_mm512_loadu_si512(out), sum[row][tile]));
        }
}

FOR_VNNI static void multiply_vnni(const uint8_t *decoded, int rows, const int8_t *digits, int tiles, int steps,
                                   int32_t *sums)
{
    int first = 0;
    for (; first + 3 <= tiles; first += 3) vnni_columns(decoded, rows, digits, tiles, first, 3, steps, sums);
    if (tiles - first == 2) vnni_columns(decoded, rows, digits, tiles, first, 2, steps, sums);
    if (tiles - first == 1) vnni_columns(decoded, rows, digits, tiles, first, 1, steps, sums);
}

FOR_VNNI static void dots_vnni(const uint8_t *raw, int64_t variants, int64_t bytes, const int8_t *digits, int tiles,
                               int what, int32_t *sums, uint8_t *decoded)
{
    run(raw, variants, bytes, digits, tiles, what, sums, 8, decode_avx512, multiply_vnni, decoded);
}

FOR_AMX static inline __attribute__((always_inline)) void amx_columns(const uint8_t *decoded, const int8_t *digits,
                                                                      int tiles, int first, int many, int steps,
                                                                      int32_t *sums)
{
    int32_t *out = sums + first * 16, *below = out + (int64_t)16 * tiles * 16;
    size_t stride = (size_t)tiles * 64;
    _tile_loadd(0, out, stride);
    _tile_loadd(3, below, stride);
    if (many > 1) _tile_loadd(1, out + 16, stride);
    if (many > 1) _tile_loadd(4, below + 16, stride);
    if (many > 2) _tile_loadd(2, out + 32, stride);
    if (many > 2) _tile_loadd(5, below + 32, stride);
    for (int step = 0; step < steps; step++) {
        const int8_t *columns = digits + ((int64_t)step * tiles + first) * 1024;
        const uint8_t *people = decoded + step * 32 * 64;
        _tile_loadd(6, people, 64);
        _tile_loadd(7, columns, 64);
        _tile_dpbusd(0, 6, 7);
        if (many > 1) { _tile_loadd(7, columns + 1024, 64); _tile_dpbusd(1, 6, 7); }
        if (many > 2) { _tile_loadd(7, columns + 2048, 64); _tile_dpbusd(2, 6, 7); }
        _tile_loadd(6, people + 1024, 64);
        if (many > 2) { _tile_dpbusd(5, 6, 7); _tile_loadd(7, columns + 1024, 64); }
        if (many > 1) { _tile_dpbusd(4, 6, 7); _tile_loadd(7, columns, 64); }
        _tile_dpbusd(3, 6, 7);
    }
    _tile_stored(0, out, stride);
    _tile_stored(3, below, stride);
    if (many > 1) _tile_stored(1, out + 16, stride);
    if (many > 1) _tile_stored(4, below + 16, stride);
    if (many > 2) _tile_stored(2, out + 32, stride);
    if (many > 2) _tile_stored(5, below + 32, stride);
}

FOR_AMX static void multiply_amx(const uint8_t *decoded, int rows, const int8_t *digits, int tiles, int steps,
                                 int32_t *sums)
{
    (void)rows;
    int first = 0;
    for (; first + 3 <= tiles; first += 3) amx_columns(decoded, digits, tiles, first, 3, steps, sums);
    if (tiles - first == 2) amx_columns(decoded, digits, tiles, first, 2, steps, sums);
    if (tiles - first == 1) amx_columns(decoded, digits, tiles, first, 1, steps, sums);
}

/* Tile shapes: eight tiles of 16 rows of 64 bytes. The last, incomplete group of 32 goes to the vector level. */
FOR_AMX static void dots_amx(const uint8_t *raw, int64_t variants, int64_t bytes, const int8_t *digits, int tiles,
                             int what, int32_t *sums, uint8_t *decoded)
{
    int64_t whole = variants / 32 * 32;
    uint8_t shape[64] = {1};
    for (int tile = 0; tile < 8; tile++) {
        shape[16 + 2 * tile] = 64;
        shape[48 + tile] = 16;
    }
    _tile_loadconfig(shape);
    run(raw, whole, bytes, digits, tiles, what, sums, 32, decode_avx512, multiply_amx, decoded);
    _tile_release();
    dots_vnni(raw + whole * bytes, variants - whole, bytes, digits, tiles, what, sums + whole * tiles * 16, decoded);
}

/* Tiles need the processor, the system's state saving and its leave. */
static int amx_allowed(void)
{
    unsigned a, b, c, d, low, high;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d >> 24 & 1) || !(d >> 25 & 1)) return 0;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c >> 27 & 1)) return 0;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    if ((low >> 17 & 3) != 3) return 0;
#if defined(__linux__) && defined(SYS_arch_prctl)
    return syscall(SYS_arch_prctl, 0x1023, 18) == 0;
#else
    return 0;
#endif
}
#endif

static int found(void)
{
#if X86_LEVELS
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") || !__builtin_cpu_supports("bmi2"))
        return PLAIN;
    if (!__builtin_cpu_supports("avx512vnni") || !__builtin_cpu_supports("avx512bw") ||
        !__builtin_cpu_supports("avx512vl") || !__builtin_cpu_supports("avx512dq"))
        return AVX2;
    return amx_allowed() ? AMX : VNNI;
#else
    return PLAIN;
#endif
}

static int best = -1, chosen = -1;

int level(void)
{
    if (best < 0) best = found();
    return chosen >= 0 ? chosen : best;
}

/* Ask for a level; a better one than the machine has is not given. Returns the level in use. */
int use_level(int wanted)
{
    chosen = -1;
    if (wanted >= 0 && wanted < level()) chosen = wanted;
    return level();
}

void dots(const uint8_t *raw, int64_t variants, int64_t bytes, const int8_t *digits, int tiles, int what, int32_t *sums)
{
    uint8_t *decoded = aligned_alloc(64, 32 * SPAN);
    switch (level()) {
#if X86_LEVELS
    case AMX: dots_amx(raw, variants, bytes, digits, tiles, what, sums, decoded); break;
    case VNNI: dots_vnni(raw, variants, bytes, digits, tiles, what, sums, decoded); break;
    case AVX2: dots_avx2(raw, variants, bytes, digits, tiles, what, sums, decoded); break;
#endif
    default: dots_plain(raw, variants, bytes, digits, tiles, what, sums, decoded);
    }
    free(decoded);
}

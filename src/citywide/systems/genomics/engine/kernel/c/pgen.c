/* Dosages of one record of a .pgen as floats, NAN where missing. Records with phase or several alleles are not read
 * here, nor broken ones: the caller leaves them to plink2's own library. */
#include "kernel.h"
#include <math.h>
#include <stdlib.h>

#if X86_LEVELS
#include <immintrin.h>
#endif

#define PAD 64 /* bytes behind a record that may be read and mean nothing */

enum { READ = 0, NOT_READ = 1 };
enum { PAIRED = 1, AS_BEFORE = 2, TURNED = 3 };
enum { ELSE = 0x98, DOSAGES = 0x60, LISTED = 0x20, ALL = 0x40 };

typedef struct {
    const uint8_t *at, *end;
} Text;

/* Numbers in rising order: the first of each 64 in full, the others by their distance from the one before. */
typedef struct {
    uint32_t many, id_bytes;
    const uint8_t *firsts, *codes;
    Text steps;
} List;

static int take(Text *text, size_t bytes, const uint8_t **found)
{
    if ((size_t)(text->end - text->at) < bytes) return NOT_READ;
    *found = text->at;
    text->at += bytes;
    return READ;
}

static int varint(Text *text, uint32_t *value)
{
    *value = 0;
    for (int shift = 0; shift < 35 && text->at < text->end; shift += 7) {
        uint8_t byte = *text->at++;
        *value |= (uint32_t)(byte & 127) << shift;
        if (byte < 128) return READ;
    }
    return NOT_READ;
}

static int open_list(Text *text, uint32_t people, int coded, List *list)
{
    const uint8_t *sizes;
    if (varint(text, &list->many) || list->many > people) return NOT_READ;
    if (!list->many) return READ;
    size_t groups = (list->many + 63) / 64;
    list->id_bytes = people < 1u << 8 ? 1 : people < 1u << 16 ? 2 : people < 1u << 24 ? 3 : 4;
    if (take(text, groups * list->id_bytes, &list->firsts) || take(text, groups - 1, &sizes)) return NOT_READ;
    if (coded && take(text, (list->many + 3) / 4, &list->codes)) return NOT_READ;
    list->steps = *text;
    return READ;
}

/* The list's numbers, and behind it. */
static int read_list(Text *text, uint32_t people, List *list, uint32_t *who)
{
    uint32_t last = 0;
    for (uint32_t i = 0; i < list->many; i++) {
        uint32_t step = 0;
        if (i % 64 == 0) {
            last = 0;
            memcpy(&last, list->firsts + (size_t)(i / 64) * list->id_bytes, list->id_bytes);
        } else if (varint(&list->steps, &step)) return NOT_READ;
        last += step;
        if (last >= people) return NOT_READ;
        who[i] = last;
    }
    if (list->many) text->at = list->steps.at;
    return READ;
}

/* Hard calls as 2 bits a person: copies of ALT, 3 where missing; `calls` holds those of the record before, or is
 * to be filled. */
static int hard_calls(Text *text, int type, uint32_t people, uint8_t *calls, uint32_t *who)
{
    const uint8_t *found;
    size_t bytes = (people + 3) / 4;
    List list;
    if (type == 0) {
        if (take(text, bytes, &found)) return NOT_READ;
        memcpy(calls, found, bytes);
        return READ;
    }
    if (type == PAIRED) {
        if (text->at == text->end) return NOT_READ;
        int common = *text->at++;
        if (take(text, (people + 7) / 8, &found)) return NOT_READ;
        uint8_t four[16];
        for (unsigned bits = 0; bits < 16; bits++) {
            unsigned apart = (bits & 1) | (bits & 2) << 1 | (bits & 4) << 2 | (bits & 8) << 3;
            four[bits] = (uint8_t)((unsigned)(common / 4) * 0x55 + apart * (unsigned)(common & 3));
        }
        for (size_t i = 0; i < bytes; i++) calls[i] = four[found[i / 2] >> (i % 2 * 4) & 15];
    } else if (type >= 4) memset(calls, (type & 3) * 0x55, bytes);
    if (type == 5 || open_list(text, people, 1, &list) || read_list(text, people, &list, who)) return NOT_READ;
    for (uint32_t i = 0; i < list.many; i++) {
        int shift = (int)(who[i] & 3) * 2, code = list.codes[i >> 2] >> (i & 3) * 2 & 3;
        uint8_t *byte = calls + (who[i] >> 2);
        *byte = (uint8_t)((*byte & ~(3 << shift)) | code << shift);
    }
    if (type == TURNED)
        for (size_t i = 0; i < bytes; i++) calls[i] ^= (uint8_t)((~calls[i] & 0x55) << 1);
    return READ;
}

static float dosage_of(const uint8_t *from)
{
    uint16_t value;
    memcpy(&value, from, sizeof value);
    return value == 65535 ? NAN : (float)value * (1.0f / 16384);
}

/* Calls as numbers; `bits` say whose dosage stands in the place of the call, `values` the dosages. */
static void spread(const uint8_t *calls, const uint8_t *bits, const uint8_t *values, uint32_t people, float *out)
{
    static const float copies[4] = {0, 1, 2, NAN};
    for (uint32_t i = 0; i < people; i++) out[i] = copies[calls[i / 4] >> i % 4 * 2 & 3];
    for (uint32_t first = 0; bits && first < people; first += 8)
        for (unsigned left = bits[first / 8]; left; left &= left - 1, values += 2)
            out[first + (uint32_t)__builtin_ctz(left)] = dosage_of(values);
}

#if X86_LEVELS
__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,popcnt"))) static void
spread_avx512(const uint8_t *calls, const uint8_t *bits, const uint8_t *values, uint32_t people, float *out)
{
    const __m512i shifts = _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
    const __m512 copies = _mm512_set_ps(NAN, 2, 1, 0, NAN, 2, 1, 0, NAN, 2, 1, 0, NAN, 2, 1, 0);
    uint32_t first = 0;
    for (; first + 16 <= people; first += 16) {
        uint32_t codes;
        memcpy(&codes, calls + first / 4, sizeof codes);
        __m512 x = _mm512_permutexvar_ps(_mm512_srlv_epi32(_mm512_set1_epi32((int)codes), shifts), copies);
        if (bits) {
            uint16_t here;
            memcpy(&here, bits + first / 8, sizeof here);
            __m512i next = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)values));
            __m512 found = _mm512_mul_ps(_mm512_cvtepi32_ps(next), _mm512_set1_ps(1.0f / 16384));
            __mmask16 none = _mm512_cmpeq_epi32_mask(next, _mm512_set1_epi32(65535));
            x = _mm512_mask_expand_ps(x, here, _mm512_mask_mov_ps(found, none, _mm512_set1_ps(NAN)));
            values += 2 * __builtin_popcount(here);
        }
        _mm512_storeu_ps(out + first, x);
    }
    spread(calls + first / 4, bits ? bits + first / 8 : NULL, values, people - first, out + first);
}
#endif

static void spread_here(const uint8_t *calls, const uint8_t *bits, const uint8_t *values, uint32_t people, float *out)
{
#if X86_LEVELS
    if (level() >= VNNI) {
        spread_avx512(calls, bits, values, people, out);
        return;
    }
#endif
    spread(calls, bits, values, people, out);
}

/* How many bits are set, -1 if there are some behind the last person's. */
static int64_t count_bits(const uint8_t *bits, uint32_t people)
{
    int64_t many = 0;
    for (uint32_t i = 0; i < (people + 7) / 8; i++) many += __builtin_popcount(bits[i]);
    return people % 8 && bits[people / 8] >> people % 8 ? -1 : many;
}

/* What stands behind the calls: dosages of nobody, of a list of people, of all, or of those with a bit. */
static int dosages(Text *text, int kind, const uint8_t *calls, uint32_t people, uint32_t *who, float *out)
{
    const uint8_t *bits = NULL, *values = NULL;
    List list = {0};
    if (kind == ALL) {
        if (take(text, (size_t)people * 2, &values)) return NOT_READ;
        for (uint32_t i = 0; i < people; i++) out[i] = dosage_of(values + 2 * i);
        return READ;
    }
    if (kind == LISTED) {
        if (open_list(text, people, 0, &list) || read_list(text, people, &list, who)) return NOT_READ;
        if (take(text, (size_t)list.many * 2, &values)) return NOT_READ;
    } else if (kind == DOSAGES) {
        if (take(text, (people + 7) / 8, &bits)) return NOT_READ;
        int64_t many = count_bits(bits, people);
        if (many < 0 || take(text, (size_t)many * 2, &values)) return NOT_READ;
    }
    spread_here(calls, bits, values, people, out);
    for (uint32_t i = 0; i < list.many; i++) out[who[i]] = dosage_of(values + 2 * i);
    return READ;
}

/* `rows` of a file: records begin at `starts` (one more than there are records), `kinds` are their types, `bases` the
 * records whose calls they may refer to. tile[many][people]; `left` gets 1 where a record is not read here. */
int pgen_dosages(const uint8_t *file, const int64_t *starts, const uint8_t *kinds, const int64_t *bases,
                 const int64_t *rows, int64_t many, int64_t people, float *tile, uint8_t *left)
{
    int64_t kept = -1, longest = 0;
    uint32_t n = (uint32_t)people;
    for (int64_t i = 0; i < many; i++) {
        int64_t length = starts[rows[i] + 1] - starts[rows[i]], base = bases[rows[i]];
        int64_t before = starts[base + 1] - starts[base];
        longest = length > longest ? length : longest;
        longest = before > longest ? before : longest;
    }
    uint8_t *room = calloc((size_t)(longest + PAD), 1), *calls = malloc((size_t)people / 4 + 1),
            *before = malloc((size_t)people / 4 + 1);
    uint32_t *who = malloc((size_t)people * sizeof *who);
    if (!room || !calls || !before || !who) return 1;
    for (int64_t i = 0; i < many; i++) {
        int64_t row = rows[i], base = bases[row];
        int kind = kinds[row], type = kind & 7, refers = type == AS_BEFORE || type == TURNED;
        left[i] = 1;
        if (kind & ELSE) continue;
        if (refers && kept != base) {
            Text text = {file + starts[base], file + starts[base + 1]};
            kept = hard_calls(&text, kinds[base] & 7, n, before, who) == READ ? base : -1;
            if (kept < 0) continue;
        }
        if (refers) memcpy(calls, before, (size_t)(people + 3) / 4);
        size_t length = (size_t)(starts[row + 1] - starts[row]);
        memcpy(room, file + starts[row], length);
        Text text = {room, room + length};
        if (hard_calls(&text, type, n, calls, who)) continue;
        left[i] = (uint8_t)dosages(&text, kind & DOSAGES, calls, n, who, tile + i * people);
    }
    free(room); free(calls); free(before); free(who);
    return 0;
}

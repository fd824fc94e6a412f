/* SPDX-License-Identifier: Apache-2.0 */
/* Packing below a fixed capacity, compiled for the machine that runs the bench.
 *
 * A section is a set of buffers that all live at one time. Buffers are placed from the bottom up, in the order of their
 * offsets, each at the lowest offset that its placed neighbours leave (every problem with a solution has one of this
 * form). What prunes:
 * - a section's floor (no waiting buffer of it can start lower) plus the sizes still to be placed must not exceed the
 *   capacity, nor may the end of its waiting buffers when each starts at its lowest offset or on the one before;
 * - a buffer that would start where another waiting one could end is not placed yet;
 * - parts of the timeline that no waiting buffer connects are solved one by one.
 *
 * The numbers of the buffers give the order that decides between equal offsets. With `renew`, a part of the timeline
 * that has become independent is ordered anew: buffers of the sections with most bytes still waiting come first, then
 * the numbers decide.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { NONE = 0, FOUND = 1, STOPPED = 2, NO_MEMORY = 3 };

typedef struct {
    int32_t count;
    int32_t capacity;
    const int32_t *size;
    const int32_t *first; /* sections [first, last) of each buffer */
    const int32_t *last;
    int32_t *offset; /* where the search has put each buffer */
    int64_t left;    /* nodes until the search stops */
    int32_t *lowest; /* per buffer: the lowest offset that its placed neighbours leave */
    uint8_t *placed;
    int32_t renew;
    int32_t *rank;    /* per buffer: its place in the order */
    int32_t *total;   /* per section: bytes of its waiting buffers */
    int32_t *fullest; /* working space of reorder() */
    int32_t *neighbour; /* those of buffer i: neighbour[start[i]] .. neighbour[start[i + 1] - 1] */
    size_t *start;
    int32_t *crossing; /* per section: waiting buffers that live in it and in the next */
    int32_t *stacked;  /* per section: working space of fits() */
    int32_t *raised;   /* buffers whose lowest offset has risen, and what it was; to be undone backwards */
    int32_t *before;
    size_t raises;
    int32_t *lists; /* a stack of lists of waiting buffers, one for each buffer on trial */
} search_t;

static int place(search_t *s, const int32_t *waiting, int32_t count, int32_t at, int32_t after, int32_t *free_list);

/* Brings the list into the order of lowest offset, then rank. It is nearly in order already. */
static void sort_by_lowest(const search_t *s, int32_t *list, int32_t count)
{
    for (int32_t k = 1; k < count; k++) {
        int32_t item = list[k], offset = s->lowest[item], j = k;
        while (j > 0 && (s->lowest[list[j - 1]] > offset || (s->lowest[list[j - 1]] == offset && s->rank[list[j - 1]] > s->rank[item]))) {
            list[j] = list[j - 1];
            j--;
        }
        list[j] = item;
    }
}

/* Whether in each section the waiting buffers end below the capacity when those that start late are stacked on the
 * lowest offset of the first of them. Counts the failure otherwise. */
static int fits(search_t *s, const int32_t *waiting, int32_t count, int32_t at)
{
    int32_t *stacked = s->stacked;
    for (int32_t k = 0; k < count; k++)
        for (int32_t i = s->first[waiting[k]]; i < s->last[waiting[k]]; i++)
            stacked[i] = 0;
    for (int32_t k = count - 1; k >= 0; k--) {
        int32_t item = waiting[k], size = s->size[item], most = 0;
        int32_t base = s->lowest[item] > at ? s->lowest[item] : at;
        for (int32_t i = s->first[item]; i < s->last[item]; i++) {
            stacked[i] += size;
            most = stacked[i] > most ? stacked[i] : most;
        }
        if (most > s->capacity - base)
            return 0;
    }
    return 1;
}

/* Ranks the buffers of an independent part by their fullest section, then by number; the list ends in the order of
 * lowest offset and rank. saved: takes the ranks there were, in the order of numbers[]. */
static void reorder(search_t *s, int32_t *part, int32_t count, int32_t *numbers, int32_t *saved)
{
    for (int32_t k = 0; k < count; k++) {
        int32_t item = part[k], most = 0, j = k;
        for (int32_t i = s->first[item]; i < s->last[item]; i++)
            most = s->total[i] > most ? s->total[i] : most;
        s->fullest[item] = most;
        while (j > 0 && (s->fullest[numbers[j - 1]] < most || (s->fullest[numbers[j - 1]] == most && numbers[j - 1] > item))) {
            numbers[j] = numbers[j - 1];
            j--;
        }
        numbers[j] = item;
    }
    for (int32_t k = 0; k < count; k++) {
        saved[k] = s->rank[numbers[k]];
        s->rank[numbers[k]] = k;
    }
    sort_by_lowest(s, part, count);
}

/* Places the part in an order of its own. */
static int place_renewed(search_t *s, int32_t *part, int32_t count)
{
    int32_t *numbers = part + count, *saved = numbers + count;
    reorder(s, part, count, numbers, saved);
    int outcome = place(s, part, count, 0, -1, saved + count);
    for (int32_t k = 0; k < count; k++)
        s->rank[numbers[k]] = saved[k];
    return outcome;
}

/* Places the parts of the list that no waiting buffer connects, one by one: each lies in sections [begin, end) or
 * behind a section that nothing crosses. The list keeps its order within each part. */
static int place_parts(search_t *s, const int32_t *rest, int32_t count, int32_t begin, int32_t end, int32_t at,
                       int32_t after, int32_t *free_list)
{
    int32_t from = INT32_MIN;
    int whole = 1;
    for (int32_t i = begin; i + 1 < end; i++)
        whole = whole && s->crossing[i];
    for (int32_t i = begin; i < end; i++) {
        int last = i + 1 == end;
        if (!last && s->crossing[i])
            continue;
        int32_t to = last ? INT32_MAX : i + 1, members = 0;
        for (int32_t k = 0; k < count; k++)
            if (s->first[rest[k]] >= from && s->first[rest[k]] < to)
                free_list[members++] = rest[k];
        int outcome = FOUND;
        if (members && s->renew && (!whole || after < 0))
            outcome = place_renewed(s, free_list, members);
        else if (members)
            outcome = place(s, free_list, members, at, after, free_list + members);
        if (outcome != FOUND)
            return outcome;
        from = to;
    }
    return FOUND;
}

/* Puts the item at its lowest offset, then places all others. `lonely` tells whether no waiting buffer lies above. */
static int try_item(search_t *s, int32_t item, const int32_t *waiting, int32_t count, int32_t *free_list, int *lonely)
{
    if (s->left-- <= 0)
        return STOPPED;
    int32_t at = s->lowest[item], top = at + s->size[item], others = 0;
    size_t raises = s->raises;
    s->placed[item] = 1;
    s->offset[item] = at;
    *lonely = 1;
    for (size_t k = s->start[item]; k < s->start[item + 1]; k++) {
        int32_t other = s->neighbour[k];
        if (s->placed[other])
            continue;
        *lonely = 0;
        if (s->lowest[other] < top) {
            s->raised[s->raises] = other;
            s->before[s->raises++] = s->lowest[other];
            s->lowest[other] = top;
        }
    }
    for (int32_t k = 0; k < count; k++)
        if (waiting[k] != item)
            free_list[others++] = waiting[k];
    sort_by_lowest(s, free_list, others);
    int outcome = NONE;
    if (fits(s, free_list, others, at)) {
        for (int32_t i = s->first[item]; i + 1 < s->last[item]; i++)
            s->crossing[i]--;
        for (int32_t i = s->first[item]; i < s->last[item]; i++)
            s->total[i] -= s->size[item];
        outcome = place_parts(s, free_list, others, s->first[item], s->last[item], at, s->rank[item], free_list + others);
        for (int32_t i = s->first[item]; i + 1 < s->last[item]; i++)
            s->crossing[i]++;
        for (int32_t i = s->first[item]; i < s->last[item]; i++)
            s->total[i] += s->size[item];
    }
    while (s->raises > raises) {
        s->raises--;
        s->lowest[s->raised[s->raises]] = s->before[s->raises];
    }
    s->placed[item] = 0;
    return outcome;
}

/* Places all waiting buffers, which are in the order of their lowest offsets.
 * at, after: offset and rank of the buffer placed last. free_list: room for lists. */
static int place(search_t *s, const int32_t *waiting, int32_t count, int32_t at, int32_t after, int32_t *free_list)
{
    int32_t ceiling = INT32_MAX;
    for (int32_t k = 0; k < count; k++) {
        int32_t end = s->lowest[waiting[k]] + s->size[waiting[k]];
        ceiling = end < ceiling ? end : ceiling;
    }
    for (int32_t k = 0; k < count && s->lowest[waiting[k]] < ceiling; k++) {
        int32_t item = waiting[k];
        if (s->lowest[item] < at || (s->lowest[item] == at && s->rank[item] < after))
            continue;
        int lonely = 0;
        int outcome = try_item(s, item, waiting, count, free_list, &lonely);
        if (outcome != NONE)
            return outcome;
        if (lonely)
            return NONE;
    }
    return NONE;
}

/* Finds each buffer's neighbours, and what crosses from section to section. False without memory. */
static int connect(search_t *s)
{
    size_t total = 0;
    for (int pass = 0; pass < 2; pass++) {
        total = 0;
        for (int32_t i = 0; i < s->count; i++) {
            s->start[i] = total;
            for (int32_t j = 0; j < s->count; j++) {
                if (i == j || s->first[i] >= s->last[j] || s->first[j] >= s->last[i])
                    continue;
                if (pass)
                    s->neighbour[total] = j;
                total++;
            }
        }
        s->start[s->count] = total;
        if (!pass && !(s->neighbour = malloc((total + 1) * sizeof *s->neighbour)))
            return 0;
    }
    for (int32_t i = 0; i < s->count; i++)
        for (int32_t k = s->first[i]; k + 1 < s->last[i]; k++)
            s->crossing[k]++;
    for (int32_t i = 0; i < s->count; i++)
        for (int32_t k = s->first[i]; k < s->last[i]; k++)
            s->total[k] += s->size[i];
    s->raised = malloc((total + 1) * sizeof *s->raised);
    s->before = malloc((total + 1) * sizeof *s->before);
    return s->raised && s->before;
}

static int run(search_t *s, int32_t sections)
{
    size_t count = (size_t)s->count;
    s->lists = malloc(2 * (count + 2) * (count + 2) * sizeof *s->lists);
    if (!s->lists || !s->lowest || !s->placed || !s->start || !s->crossing || !s->stacked || !s->rank || !s->total || !s->fullest ||
         !connect(s))
        return NO_MEMORY;
    for (int32_t i = 0; i < s->count; i++)
        s->lists[i] = s->rank[i] = i;
    if (!fits(s, s->lists, s->count, 0))
        return NONE;
    return place_parts(s, s->lists, s->count, 0, sections, 0, -1, s->lists + count);
}

/* Searches a placement of all buffers below the capacity. Sizes and offsets are in one unit, below 2^29 together with
 * the capacity. nodes: how many may be visited; how many were. Returns NONE (proved), FOUND, STOPPED or NO_MEMORY. */
int ingot_pack(int32_t count, int32_t sections, int32_t capacity, int32_t renew, const int32_t *size, const int32_t *first,
               const int32_t *last, int64_t *nodes, int32_t *offset)
{
    search_t s = {.count = count, .capacity = capacity, .size = size, .first = first, .last = last,
                  .renew = renew, .offset = offset, .left = *nodes};
    s.lowest = calloc((size_t)count + 1, sizeof *s.lowest);
    s.rank = calloc((size_t)count + 1, sizeof *s.rank);
    s.fullest = calloc((size_t)count + 1, sizeof *s.fullest);
    s.total = calloc((size_t)sections + 1, sizeof *s.total);
    s.placed = calloc((size_t)count + 1, sizeof *s.placed);
    s.start = calloc((size_t)count + 1, sizeof *s.start);
    s.crossing = calloc((size_t)sections + 1, sizeof *s.crossing);
    s.stacked = calloc((size_t)sections + 1, sizeof *s.stacked);
    int outcome = run(&s, sections);
    *nodes -= s.left < 0 ? 0 : s.left;
    free(s.lists);
    free(s.before);
    free(s.raised);
    free(s.stacked);
    free(s.crossing);
    free(s.start);
    free(s.neighbour);
    free(s.placed);
    free(s.total);
    free(s.fullest);
    free(s.rank);
    free(s.lowest);
    return outcome;
}

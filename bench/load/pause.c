/* What a pause does to what the core had at hand: time to read the same memory again.

   usage: pause KILOBYTES TIMES MS ...
   Reads the memory line by line, each telling where the next is, in no order that can be guessed; then pauses MS
   milliseconds, asleep and, another time, in a loop that reads nothing, and reads it again. TIMES of each, in turn.
   Prints [[MS, ns a line after sleep, ns a line after the loop], ...], the middle ones. */

#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define LINE 64
#define MOST 1000
static double nanos(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return (double)t.tv_sec * 1e9 + (double)t.tv_nsec; }
static int by_size(const void *a, const void *b) { double x = *(const double *)a, y = *(const double *)b; return (x > y) - (x < y); }

static void **ring(size_t lines) {
    char *memory = aligned_alloc(4096, lines * LINE);
    size_t *order = malloc(lines * sizeof *order);
    if (!memory || !order) exit(1);
    for (size_t i = 0; i < lines; i++) order[i] = i;
    for (size_t i = lines - 1; i > 0; i--) { size_t j = (size_t)rand() % (i + 1), kept = order[i]; order[i] = order[j]; order[j] = kept; }
    for (size_t i = 0; i < lines; i++) *(void **)(memory + order[i] * LINE) = memory + order[(i + 1) % lines] * LINE;
    free(order);
    return (void **)memory;
}

static double read_all(void **first, size_t lines) {
    double began = nanos();
    void **at = first;
    for (size_t i = 0; i < lines; i++) at = *at;
    __asm__ volatile("" : : "r"(at));
    return (nanos() - began) / (double)lines;
}

static void rest(double ms, int asleep) {
    double until = nanos() + ms * 1e6;
    if (asleep) { struct timespec t = { (time_t)(ms / 1e3), (long)(ms * 1e6) % 1000000000 }; nanosleep(&t, NULL); }
    while (nanos() < until) ;
}

int main(int argc, char **argv) {
    size_t lines = argc > 1 ? (size_t)atol(argv[1]) * 1024 / LINE : 0;
    int times = argc > 2 ? atoi(argv[2]) : 0;
    if (lines < 2 || times < 1 || times > MOST) { fprintf(stderr, "usage: pause KILOBYTES TIMES MS ...\n"); return 2; }
    void **first = ring(lines);
    static double took[2][MOST];
    printf("[");
    for (int i = 3; i < argc; i++) {
        double ms = atof(argv[i]);
        for (int k = 0; k < 2 * times; k++) {
            read_all(first, lines);
            if (ms > 0) rest(ms, k % 2 == 0);
            took[k % 2][k / 2] = read_all(first, lines);
        }
        for (int how = 0; how < 2; how++) qsort(took[how], (size_t)times, sizeof **took, by_size);
        printf("%s[%g, %.2f, %.2f]", i > 3 ? ", " : "", ms, took[0][times / 2], took[1][times / 2]);
    }
    printf("]\n");
    return 0;
}

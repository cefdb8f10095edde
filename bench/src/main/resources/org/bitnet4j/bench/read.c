/* Reads memory as fast as a compiler's loop can: the yardstick of `bench kernels`.
   Arguments: threads, then bytes in cache and in memory, each read by one thread and by all.
   Protocol: prints a line per case and "ready"; then for each line "CASE NANOS" on stdin reads for
   about that long and prints "BYTES NANOS PROCESSOR_NANOS SUM". */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t nanos_of(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int64_t now(void) { return nanos_of(CLOCK_MONOTONIC); }

struct part {
  const uint64_t *from;
  size_t words;
  int64_t until;
  uint64_t sum;
  uint64_t bytes;
};

/* Four far-apart streams, as the kernels read them. */
static void *read_part(void *argument) {
  struct part *p = argument;
  size_t quarter = p->words / 4;
  uint64_t sum = 0;
  do {
    for (size_t block = 0; block < quarter; block += 4096) {
      size_t end = block + 4096 < quarter ? block + 4096 : quarter;
      for (int q = 0; q < 4; q++) {
        const uint64_t *w = p->from + q * quarter;
        for (size_t i = block; i < end; i++) {
          sum += w[i];
        }
      }
    }
    p->bytes += 32 * quarter;
  } while (now() < p->until);
  p->sum = sum;
  return NULL;
}

int main(int argc, char **argv) {
  int threads = atoi(argv[1]);
  int sizes = argc - 2;
  uint64_t *memory[16];
  size_t words[16];
  for (int i = 0; i < sizes; i++) {
    words[i] = strtoull(argv[2 + i], NULL, 10) / 8;
    memory[i] = aligned_alloc(64, words[i] * 8);
    if (!memory[i]) {
      return 1;
    }
    memset(memory[i], 1, words[i] * 8);
    const char *source = i ? "dram" : "l2";
    printf("read-c 1 0 0 0 %s 0\n", source);
    if (threads > 1) {
      printf("read-c %d 0 0 0 %s 0\n", threads, source);
    }
  }
  printf("ready\n");
  fflush(stdout);
  int number;
  long long nanos;
  struct part parts[256];
  pthread_t ids[256];
  while (scanf("%d %lld", &number, &nanos) == 2) {
    int counts = threads > 1 ? 2 : 1;
    int count = number % counts ? threads : 1;
    int size = number / counts;
    int64_t start = now();
    int64_t processor = nanos_of(CLOCK_PROCESS_CPUTIME_ID);
    for (int t = 0; t < count; t++) {
      size_t words_each = words[size] / count / 64 * 64;
      parts[t] = (struct part){memory[size] + t * words_each, words_each, start + nanos, 0, 0};
      pthread_create(&ids[t], NULL, read_part, &parts[t]);
    }
    uint64_t bytes = 0, sum = 0;
    for (int t = 0; t < count; t++) {
      pthread_join(ids[t], NULL);
      bytes += parts[t].bytes;
      sum += parts[t].sum;
    }
    int64_t took = now() - start;
    processor = nanos_of(CLOCK_PROCESS_CPUTIME_ID) - processor;
    printf("%llu %lld %lld %llu\n", (unsigned long long)bytes, (long long)took,
           (long long)processor, (unsigned long long)sum);
    fflush(stdout);
  }
  return 0;
}

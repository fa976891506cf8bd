// SPDX-License-Identifier: Apache-2.0
// A real-time clock that jumps back and forth by hours at each reading, as if somebody set it all
// the time. Linked into a program it replaces the C library's clock, also for the program's
// libraries. The monotonic clock is unchanged.
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <atomic>

namespace {

constexpr long kHours[] = {0, 5, -7, 48, -1, 3, -30};
std::atomic<unsigned> readings{0};

bool is_real(clockid_t clock) {
  return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
}

long jump() {
  const unsigned reading = readings.fetch_add(1, std::memory_order_relaxed);
  return kHours[reading % (sizeof(kHours) / sizeof(kHours[0]))] * 3600;
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* now) noexcept {
  const int result = static_cast<int>(::syscall(SYS_clock_gettime, clock, now));
  if (result == 0 && is_real(clock)) now->tv_sec += jump();
  return result;
}

int gettimeofday(timeval* now, void* /*zone*/) noexcept {
  timespec precise{};
  const int result = clock_gettime(CLOCK_REALTIME, &precise);
  *now = {precise.tv_sec, precise.tv_nsec / 1000};
  return result;
}

time_t time(time_t* to) noexcept {
  timespec precise{};
  clock_gettime(CLOCK_REALTIME, &precise);
  if (to != nullptr) *to = precise.tv_sec;
  return precise.tv_sec;
}

}  // extern "C"

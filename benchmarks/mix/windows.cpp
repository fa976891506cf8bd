// SPDX-License-Identifier: Apache-2.0
#include "mix/windows.hpp"

#include <fstream>
#include <string>
#include <utility>

namespace bench {
namespace {

// The hypervisor's part of the time of all processors, in ticks of 10 ms; 0: not known.
std::uint64_t stolen_ticks() {
  std::ifstream file("/proc/stat");
  std::string name;
  std::uint64_t ticks = 0;
  file >> name;  // user, nice, system, idle, iowait, irq, softirq, steal
  for (int i = 0; i < 8; ++i) file >> ticks;
  return file ? ticks : 0;
}

}  // namespace

Windows::Windows(std::function<void()> call)
    : thread_([this, call = std::move(call)](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
          call();
          calls_.store(calls_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        }
      }) {}

std::vector<Windows::Window> Windows::watch(int count, Nanoseconds length) {
  std::vector<Window> windows;
  std::uint64_t stolen = stolen_ticks();
  std::uint64_t calls = calls_.load(std::memory_order_relaxed);
  Clock::time_point begin = Clock::now();
  for (int i = 0; i < count; ++i) {
    std::this_thread::sleep_until(begin + length);
    const Clock::time_point end = Clock::now();
    const std::uint64_t now = calls_.load(std::memory_order_relaxed);
    const std::uint64_t stolen_now = stolen_ticks();
    windows.push_back({static_cast<double>(now - calls) * 1e9 / nanoseconds(end - begin),
                       stolen_now != std::exchange(stolen, stolen_now)});
    calls = now;
    begin = end;
  }
  return windows;
}

double median_rate(const std::vector<Windows::Window>& windows) {
  std::vector<double> rates;
  for (const Windows::Window& window : windows)
    if (!window.stolen) rates.push_back(window.rate);
  return median(std::move(rates));
}

}  // namespace bench

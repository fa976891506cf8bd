// SPDX-License-Identifier: Apache-2.0
#include "pool/calls/hash_key.hpp"

#include <sys/auxv.h>
#include <sys/random.h>

#include <array>
#include <cstring>

#include "core/clock.hpp"

namespace inferpool::pool::calls {
namespace {

SipHash::Key key_of_start() noexcept {
  SipHash::Key start;
  const unsigned long at = getauxval(AT_RANDOM);
  if (at != 0) std::memcpy(&start, reinterpret_cast<const void*>(at), sizeof(start));
  SipHash::Key key;
  std::array<std::uint64_t, 3> words{
      0, static_cast<std::uint64_t>(core::Clock::now().time_since_epoch().count()),
      reinterpret_cast<std::uintptr_t>(&key)};
  for (std::uint64_t& word : key.words) {
    ++words[0];
    SipHash hash(start);
    hash.add(std::as_bytes(std::span(words)));
    word = hash.finish();
  }
  return key;
}

}  // namespace

SipHash::Key draw_hash_key() noexcept {
  SipHash::Key key;
  // So few bytes come all at once, and no signal interrupts this.
  if (getrandom(&key, sizeof(key), GRND_NONBLOCK) == static_cast<ssize_t>(sizeof(key))) return key;
  return key_of_start();
}

}  // namespace inferpool::pool::calls

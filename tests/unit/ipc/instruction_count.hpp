// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "unit/ipc/trap_flag.hpp"

#if !defined(INFERPOOL_NO_STEPS)

#include <algorithm>
#include <array>

namespace inferpool::test {

// The machine instructions that some code executed.
struct Cost {
  long instructions = 0;
  // Of these, the ones that wait until all earlier stores of this processor are visible: those with
  // a lock prefix, exchanges with memory, full fences. Each takes as long as 20 to 40 others.
  long locked = 0;
};

// Whether the instruction at `code` is a locked one.
inline bool is_locked(const unsigned char* code) noexcept {
  constexpr std::array<unsigned char, 10> kPrefixes = {0x66, 0x67, 0xf2, 0xf3, 0x26,
                                                       0x2e, 0x36, 0x3e, 0x64, 0x65};
  constexpr unsigned char kLock = 0xf0;
  while (std::ranges::find(kPrefixes, *code) != kPrefixes.end()) ++code;
  if (*code == kLock) return true;
  if ((*code & 0xf0) == 0x40) ++code;  // REX
  const auto names_memory = [](unsigned char modrm) { return (modrm & 0xc0) != 0xc0; };
  if (*code == 0x86 || *code == 0x87) return names_memory(code[1]);       // xchg
  return code[0] == 0x0f && code[1] == 0xae && (code[2] & 0xf8) == 0xf0;  // mfence
}

// The cost of `code` in this thread, including the functions that it calls. The code must make no
// system call.
template <typename Code>
Cost cost_of(const Code& code) {
  Cost cost;
  const AfterEachInstruction count([&cost] {
    ++cost.instructions;
    if (is_locked(AfterEachInstruction::next())) ++cost.locked;
    return true;
  });
  code();
  return cost;
}

}  // namespace inferpool::test

#endif

// SPDX-License-Identifier: Apache-2.0
#include "ipc/held_memory.hpp"

#include "catch.hpp"

namespace inferpool::ipc {
namespace {

// Says when it is gone.
class ToldMemory final : public HeldMemory {
 public:
  explicit ToldMemory(bool& gone) : gone_(gone) {}
  ~ToldMemory() override { gone_ = true; }
  void release(std::uint32_t /*ticket*/, std::uint32_t /*generation*/) noexcept override {}
  using HeldMemory::disown;

 private:
  bool& gone_;
};

TEST_CASE("memory that nobody reads goes with its owner") {
  bool gone = false;
  auto* memory = new ToldMemory(gone);
  memory->enter();
  memory->leave();
  CHECK_FALSE(gone);
  memory->disown();
  CHECK(gone);
}

TEST_CASE("memory outlives its owner until the last of its replies is read and dropped") {
  bool gone = false;
  auto* memory = new ToldMemory(gone);
  memory->enter();
  memory->enter();
  memory->disown();
  memory->leave();
  CHECK_FALSE(gone);
  memory->enter();  // a view of the reply that is still held
  memory->leave();
  CHECK_FALSE(gone);
  memory->leave();
  CHECK(gone);
}

TEST_CASE("replies and their bytes are counted, whether or not there is an owner") {
  bool gone = false;
  auto* memory = new ToldMemory(gone);
  CHECK(memory->held_replies() == 0);
  memory->enter();
  memory->hold(1000);
  memory->enter();
  memory->hold(24);
  CHECK(memory->held_replies() == 2);
  CHECK(memory->held_bytes() == 1024);
  memory->disown();
  CHECK(memory->held_replies() == 2);
  memory->let_go(1000);
  memory->leave();
  CHECK(memory->held_replies() == 1);
  CHECK(memory->held_bytes() == 24);
  memory->leave();
  CHECK(gone);
}

}  // namespace
}  // namespace inferpool::ipc

// SPDX-License-Identifier: Apache-2.0
#include "ipc/reply_arena.hpp"

#include <boost/interprocess/sync/scoped_lock.hpp>

#include <inferpool/error.hpp>

#include "core/format.hpp"
#include "ipc/extent_allocator.hpp"
#include "ipc/free_list.hpp"

namespace inferpool::ipc {

// The host may have so many replies before hold() checks which ones it is done with: the released
// words share cache lines, so checking many costs little more than checking one. Each allocation
// checks, too.
constexpr std::size_t kReclaimAt = 16;

using Lock = boost::interprocess::scoped_lock<RobustMutex>;

class ReplyArena::Region {
 public:
  Region(const MemoryFile& replies, RobustMutex& reply_mutex);
  Region(const Region&) = delete;
  Region& operator=(const Region&) = delete;
  ~Region();

  RobustMutex& mutex;
  const MemoryFile& file;
  Mapping mapping;
  ExtentAllocator extents;  // these two: under the mutex
  FreeList<Block> free_list;
};

class ReplyArena::Block final : public detail::Storage {
 public:
  Block() noexcept : Storage(nullptr, 0, false) {}

  void assign(std::shared_ptr<Region> region, std::uint64_t offset, std::size_t size) noexcept {
    region_ = std::move(region);
    renew(region_->mapping.data() + offset, size, false);
    set_region(region_.get(), offset);
  }

  std::unique_ptr<Block> next_free;

 private:
  void dispose() noexcept override {
    // The block must not destroy its own region.
    const std::shared_ptr<Region> region = std::move(region_);
    std::unique_ptr<Block> surplus(this);
    const Lock lock(region->mutex);
    region->extents.release(offset(), size());
    surplus = region->free_list.keep(std::move(surplus));
  }

  std::shared_ptr<Region> region_;
};

// Here, because Block must be complete.
ReplyArena::Region::Region(const MemoryFile& replies, RobustMutex& reply_mutex)
    : mutex(reply_mutex), file(replies), mapping(file, Access::kReadWrite), extents(file.size()) {
  mapping.populate(kPopulated, Access::kReadWrite);
}
ReplyArena::Region::~Region() = default;

ReplyArena::ReplyArena(const MemoryFile& file, Control& control)
    : control_(control), region_(std::make_shared<Region>(file, control.worker.reply_mutex)) {
  out_.reserve(kTickets);
}

detail::StorageRef ReplyArena::allocate(std::size_t size) {
  reclaim();
  std::uint64_t used = 0;
  {
    const Lock lock(control_.worker.reply_mutex);
    std::unique_ptr<Block> block = region_->free_list.take();
    if (!block) block = std::make_unique<Block>();
    if (const auto offset = region_->extents.allocate(size)) {
      block->assign(region_, *offset, size);
      return detail::StorageRef(block.release());
    }
    used = region_->extents.used();
  }
  throw Error(ErrorCode::kOutOfMemory,
              core::formatted(
                  "a reply block of {} bytes does not fit: {} of {} bytes of this worker's replies "
                  "are held by outputs of the host or by the model; drop outputs, set copy_outputs "
                  "or raise shared_memory_limit (half of it is split into the workers' replies)",
                  size, used, region_->extents.size()));
}

ReplyArena::Ticket ReplyArena::hold(BlockList&& blocks) {
  if (blocks.empty()) return {};
  for (const auto& block : blocks) block->freeze();
  Freed freed;
  const Lock lock(control_.worker.reply_mutex);
  if (out_.size() >= kReclaimAt) take_back(freed);
  const std::uint32_t ticket = free_ticket();
  if (ticket == kTickets) {
    throw Error(
        ErrorCode::kOutOfMemory,
        core::formatted(
            "{} replies of this worker are held by outputs of the host; drop outputs or set "
            "copy_outputs",
            kTickets));
  }
  Held& held = tickets_[ticket];
  ++held.generation;
  if (blocks.size() <= held.blocks.capacity()) {  // faster than moving the list, and as safe
    for (detail::StorageRef& block : blocks) held.blocks.push_back(std::move(block));
  } else {
    held.blocks = std::move(blocks);
  }
  blocks.clear();
  out_.push_back(ticket);
  return {ticket, held.generation};
}

void ReplyArena::reclaim() {
  Freed freed;
  const Lock lock(control_.worker.reply_mutex);
  take_back(freed);
}

void ReplyArena::take_back(Freed& freed) {
  std::erase_if(out_, [&](std::uint32_t ticket) {
    Held& held = tickets_[ticket];
    if (control_.host.released[ticket].load(std::memory_order_acquire) != held.generation)
      return false;
    for (auto& block : held.blocks) freed.push_back(std::move(block));
    held.blocks.clear();
    return true;
  });
}

std::uint32_t ReplyArena::free_ticket() const noexcept {
  std::uint32_t ticket = 0;
  while (ticket < kTickets && !tickets_[ticket].blocks.empty()) ++ticket;
  return ticket;
}

void ReplyArena::withdraw(const Ticket& ticket) {
  if (ticket.index >= kTickets) return;
  BlockList freed;  // dropped after reply_mutex is released, because dropping them locks it
  const Lock lock(control_.worker.reply_mutex);
  freed.swap(tickets_[ticket.index].blocks);
  std::erase(out_, ticket.index);
}

void ReplyArena::forget() {
  Freed freed;
  const Lock lock(control_.worker.reply_mutex);
  for (const std::uint32_t ticket : out_) {
    for (auto& block : tickets_[ticket].blocks) freed.push_back(std::move(block));
    tickets_[ticket].blocks.clear();
  }
  out_.clear();
}

void ReplyArena::trim() {
  reclaim();
  const Lock lock(control_.worker.reply_mutex);
  for (const auto& extent : region_->extents.free_extents()) {
    const std::uint64_t start = std::max<std::uint64_t>(extent.offset, kPopulated);
    if (extent.offset + extent.length > start)
      region_->file.punch(start, extent.offset + extent.length - start);
  }
}

detail::BlockRef SentBlocks::store(std::span<const std::byte> bytes,
                                   const detail::StorageRef& storage) {
  if (arena_.owns(storage)) {
    blocks_.push_back(storage);
  } else {
    blocks_.push_back(arena_.allocate(bytes.size()));
    announced_copy(blocks_.back()->data(), bytes, announce_);
  }
  return {.offset = blocks_.back()->offset(), .length = bytes.size()};
}

}  // namespace inferpool::ipc

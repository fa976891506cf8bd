// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <poll.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>

#include <inferpool/model.hpp>

namespace inferpool::test {

// What a request of a soak asks for. Of every byte of the request, and of every part of its answer,
// both sides know what it must be.
struct Order {
  enum Ending : std::int64_t { kValue, kNothing, kThrows };  // after the parts

  std::int64_t id = 0;
  std::int64_t elements = 1;  // of each part
  std::int64_t parts = 0;     // besides the value
  std::int64_t work = 0;      // microseconds, before each of them
  std::int64_t in_place = 0;  // parts are made in shared memory
  std::int64_t ending = kValue;
};
inline constexpr std::size_t kOrderWords = 6;

// Of a part (from 1) at this place; of the value and the request itself: part 0.
inline std::int64_t mark(std::int64_t id, std::int64_t part, std::size_t place) {
  return static_cast<std::int64_t>(
      (static_cast<std::uint64_t>(id) * 64 + static_cast<std::uint64_t>(part)) *
          0x9e3779b97f4a7c15U ^
      place);
}

inline void fill(std::span<std::int64_t> values, std::int64_t id, std::int64_t part) {
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = mark(id, part, i);
}

inline bool filled(std::span<const std::int64_t> values, std::int64_t id, std::int64_t part) {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i] != mark(id, part, i)) return false;
  return true;
}

// Into a tensor of kOrderWords at least.
inline void write_order(const Order& order, std::span<std::int64_t> words) {
  fill(words, order.id, 0);
  const std::int64_t head[] = {order.id,   order.elements, order.parts,
                               order.work, order.in_place, order.ending};
  std::copy(std::begin(head), std::end(head), words.begin());
}

// Throws std::logic_error where a byte is not what it must be.
inline Order read_order(const Tensor& input) {
  const auto words = input.values<std::int64_t>();
  if (words.size() < kOrderWords) throw std::logic_error("a request lost words");
  const Order order{words[0], words[1], words[2], words[3], words[4], words[5]};
  for (std::size_t i = kOrderWords; i < words.size(); ++i)
    if (words[i] != mark(order.id, 0, i)) throw std::logic_error("a request changed on its way");
  return order;
}

inline constexpr const char* kOrderedThrow = "as ordered";

// Carries out orders.
struct OrderModel {
  static constexpr bool thread_safe = true;
  explicit OrderModel(const Settings& /*settings*/) {}

  std::optional<Tensor> predict(const Tensor& input, Stream<Tensor>& stream, Context& context) {
    const Order order = read_order(input);
    for (std::int64_t part = 1; part <= order.parts; ++part) {
      work(order);
      stream.send(made(order, part, context));
    }
    work(order);
    static_cast<void>(read_order(input));  // nobody wrote over it meanwhile
    if (order.ending == Order::kThrows) throw std::runtime_error(kOrderedThrow);
    if (order.ending == Order::kNothing && order.parts > 0) return std::nullopt;
    return made(order, 0, context);
  }

 private:
  static void work(const Order& order) {
    const timespec pause{0, order.work * 1'000};
    if (order.work > 0) ::ppoll(nullptr, 0, &pause, nullptr);
  }
  static Tensor made(const Order& order, std::int64_t part, Context& context) {
    Tensor tensor = order.in_place != 0 ? context.output<std::int64_t>({order.elements})
                                        : Tensor(Datatype::kInt64, {order.elements});
    fill(tensor.mutable_values<std::int64_t>(), order.id, part);
    return tensor;
  }
};

}  // namespace inferpool::test

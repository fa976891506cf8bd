// SPDX-License-Identifier: Apache-2.0
// expect: inferpool: a completion token that throws needs an output type with a default constructor
#include <boost/asio/detached.hpp>
#include <inferpool/asio.hpp>

struct Label {
  explicit Label(int number) : value(number) {}
  int value;
};

template <>
struct inferpool::Codec<Label> {
  static std::string signature() { return "Label"; }
  static void encode(Encoder& encoder, const Label& label) { encoder.put(label.value); }
  static Label decode(Decoder& decoder) { return Label(decoder.take<int>()); }
  static std::size_t payload(const Label&) { return 0; }
};

struct Model {
  using Input = inferpool::Tensor;
  using Output = Label;
};

void ask(inferpool::Pool<Model>& pool) {
  inferpool::async_infer(pool, {}, {}, boost::asio::detached);
}

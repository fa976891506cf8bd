// SPDX-License-Identifier: Apache-2.0
// expect: inferpool: this type s Codec lacks something; it needs static signature
#include <string>

#include <inferpool/pool.hpp>

struct Caption {
  std::string text;
};

// It has no payload.
template <>
struct inferpool::Codec<Caption> {
  static std::string signature() { return "Caption"; }
  static void encode(Encoder& encoder, const Caption& value) {
    Codec<std::string>::encode(encoder, value.text);
  }
  static Caption decode(Decoder& decoder) { return {Codec<std::string>::decode(decoder)}; }
};

struct Model {
  using Input = Caption;
  using Output = inferpool::Tensor;
};

int main() { inferpool::Pool<Model> pool{inferpool::Settings{}}; }

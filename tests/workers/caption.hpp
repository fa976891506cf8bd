// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <inferpool/error.hpp>
#include <inferpool/model.hpp>

namespace inferpool {
namespace test {

// Where a codec is to break, and what it throws there.
struct Break {
  enum class Where : std::uint8_t {
    kNowhere,
    kEncodePicture,
    kDecodePicture,
    kMeasurePicture,
    kEncodeCaption,
    kDecodeCaption,
    kMeasureCaption
  };
  enum class What : std::uint8_t { kStandard, kNumber, kMalformed, kError, kBadAlloc };

  void at(Where here) const {
    if (here != where) return;
    switch (what) {
      case What::kStandard:
        throw std::domain_error("no such label");
      case What::kNumber:
        throw 7;
      case What::kMalformed:
        throw Malformed("no bytes of mine");
      case What::kError:
        throw Error(ErrorCode::kInvalidArgument, "an error of its own");
      case What::kBadAlloc:
        throw std::bad_alloc();
    }
  }

  Where where = Where::kNowhere;
  What what = What::kStandard;
};

// What the model takes and gives: types that own their members.
struct Picture {
  std::string title;
  Tensor pixels;
  Break broken = {};
};
struct Caption {
  std::string text;
  std::vector<float> scores;
  Tensor thumbnail;
  Break broken = {};
};

}  // namespace test

template <>
struct Codec<test::Picture> {
  static std::string signature() { return "Picture"; }
  static void encode(Encoder& encoder, const test::Picture& value) {
    encoder.put(value.broken.where);
    encoder.put(value.broken.what);
    Codec<std::string>::encode(encoder, value.title);
    value.broken.at(test::Break::Where::kEncodePicture);
    Codec<Tensor>::encode(encoder, value.pixels);
  }
  static test::Picture decode(Decoder& decoder) {
    test::Picture value;
    value.broken.where = decoder.take<test::Break::Where>();
    value.broken.what = decoder.take<test::Break::What>();
    value.title = Codec<std::string>::decode(decoder);
    value.broken.at(test::Break::Where::kDecodePicture);
    value.pixels = Codec<Tensor>::decode(decoder);
    return value;
  }
  static std::size_t payload(const test::Picture& value) {
    value.broken.at(test::Break::Where::kMeasurePicture);
    return value.title.size() + value.pixels.bytes().size();
  }
};

template <>
struct Codec<test::Caption> {
  static std::string signature() { return "Caption"; }
  static void encode(Encoder& encoder, const test::Caption& value) {
    encoder.put(value.broken.where);
    encoder.put(value.broken.what);
    Codec<std::string>::encode(encoder, value.text);
    value.broken.at(test::Break::Where::kEncodeCaption);
    Codec<std::vector<float>>::encode(encoder, value.scores);
    Codec<Tensor>::encode(encoder, value.thumbnail);
  }
  static test::Caption decode(Decoder& decoder) {
    test::Caption value;
    value.broken.where = decoder.take<test::Break::Where>();
    value.broken.what = decoder.take<test::Break::What>();
    value.text = Codec<std::string>::decode(decoder);
    value.broken.at(test::Break::Where::kDecodeCaption);
    value.scores = Codec<std::vector<float>>::decode(decoder);
    value.thumbnail = Codec<Tensor>::decode(decoder);
    return value;
  }
  static std::size_t payload(const test::Caption& value) {
    value.broken.at(test::Break::Where::kMeasureCaption);
    return value.text.size() + value.scores.size() * sizeof(float) + value.thumbnail.bytes().size();
  }
};

namespace test {

// "a picture of <title>", a score for each letter of the title, and the picture itself.
struct Captioner {
  explicit Captioner(const Settings& /*settings*/) {}
  Caption predict(const Picture& picture) {
    Caption caption{"a picture of " + picture.title, {}, picture.pixels, picture.broken};
    for (const char letter : picture.title) caption.scores.push_back(static_cast<float>(letter));
    return caption;
  }
};

}  // namespace test
}  // namespace inferpool

// SPDX-License-Identifier: Apache-2.0
// A user's codec throws. By each verb its caller gets one typed error, and the pool goes on with
// counts that agree.
#include <array>
#include <stdexcept>
#include <string>

#include "catch.hpp"
#include "integration/faulty_calls.hpp"
#include "workers/caption.hpp"

using namespace inferpool;
using namespace inferpool::test;

namespace {

using CaptionPool = Pool<Captioner>;
using Where = Break::Where;
using What = Break::What;

// So large that a later call fails if its blocks are not given back.
Picture picture(Where where, What what = What::kStandard) {
  return {std::string(300'000, 't'), Tensor(Datatype::kFp32, {1000}), {where, what}};
}

Settings caption_settings(int workers) {
  Settings settings;
  settings.worker = "caption_worker";
  settings.workers = workers;
  settings.shared_memory_limit = 32 * 1024 * 1024;
  return settings;
}

const std::array<Error (*)(CaptionPool&, const Picture&), 3> kVerbs = {
    [](CaptionPool& pool, const Picture& sent) -> Error {
      try {
        static_cast<void>(pool.infer(sent));
      } catch (const Error& error) {
        return error;
      }
      throw std::runtime_error("infer gave an answer");
    },
    [](CaptionPool& pool, const Picture& sent) { return error_of(pool.try_infer(sent)); },
    [](CaptionPool& pool, const Picture& sent) {
      auto future = pool.submit(sent);
      return error_of(future);
    }};

// Checks that the next call is answered, that so many calls failed before, and that none is left.
void check_goes_on(CaptionPool& pool, std::uint64_t failed) {
  CHECK(pool.infer({"sea", Tensor()}).text == "a picture of sea");
  const Stats stats = pool.stats();
  CHECK(stats.failed == failed);
  CHECK(stats.succeeded == 1);
  CHECK(stats.requests == failed + 1);
  CHECK(stats.in_flight == 0);
  CHECK(eventually([&] { return pool.stats().payload_in_flight == 0; }));
}

void check_exception(const Error& error, What what) {
  if (what == What::kStandard) {
    CHECK(error.details().exception_type == "std::domain_error");
    CHECK(error.details().exception_text == "no such label");
    CHECK_THAT(error.what(), contains("std::domain_error: no such label"));
  } else if (what == What::kNumber) {
    CHECK(error.details().exception_type == "int");
    CHECK(error.details().exception_text.empty());
  } else if (what == What::kMalformed) {
    CHECK(error.details().exception_type == "inferpool::Malformed");
    CHECK(error.details().exception_text == "no bytes of mine");
  }
}

}  // namespace

TEST_CASE("A codec that throws while it encodes a request fails that call as invalid_argument") {
  const What what = GENERATE(What::kStandard, What::kNumber, What::kMalformed);
  CAPTURE(static_cast<int>(what));
  CaptionPool pool(caption_settings(1));
  for (const auto verb : kVerbs) {
    const Error error = verb(pool, picture(Where::kEncodePicture, what));
    CHECK(error.code() == ErrorCode::kInvalidArgument);
    CHECK(error.details().request_id != 0);
    check_exception(error, what);
  }
  check_goes_on(pool, kVerbs.size());
  CHECK(pool.stats().deaths == 0);
}

TEST_CASE("A codec that throws in the worker fails that call as model_failed, the worker goes on") {
  const Where where = GENERATE(Where::kDecodePicture, Where::kEncodeCaption);
  const What what = GENERATE(What::kStandard, What::kNumber, What::kMalformed);
  CAPTURE(static_cast<int>(where), static_cast<int>(what));
  CaptionPool pool(caption_settings(1));
  const int pid = pool.stats().workers[0].pid;
  for (const auto verb : kVerbs) {
    const Error error = verb(pool, picture(where, what));
    CHECK(error.code() == ErrorCode::kModelFailed);
    check_exception(error, what);
  }
  check_goes_on(pool, kVerbs.size());
  CHECK(pool.stats().workers[0].pid == pid);
}

TEST_CASE("A codec that throws while it decodes a reply fails that call as model_failed") {
  const What what = GENERATE(What::kStandard, What::kNumber);
  CAPTURE(static_cast<int>(what));
  CaptionPool pool(caption_settings(1));
  const int pid = pool.stats().workers[0].pid;
  for (const auto verb : kVerbs) {
    const Error error = verb(pool, picture(Where::kDecodeCaption, what));
    CHECK(error.code() == ErrorCode::kModelFailed);
    check_exception(error, what);
  }
  check_goes_on(pool, kVerbs.size());
  CHECK(pool.stats().workers[0].pid == pid);
}

TEST_CASE("A codec that finds a reply malformed loses its worker, which is replaced") {
  for (const auto verb : kVerbs) {
    CaptionPool pool(caption_settings(1));
    const Error error = verb(pool, picture(Where::kDecodeCaption, What::kMalformed));
    CHECK(error.code() == ErrorCode::kWorkerLost);
    CHECK_THAT(error.what(), contains("protocol violation: no bytes of mine"));
    REQUIRE(ready_again(pool, 1));
    check_goes_on(pool, 1);
    CHECK(pool.stats().deaths == 1);
  }
}

TEST_CASE("An input whose replies are malformed is poison, like one that ends its worker") {
  CaptionPool pool(caption_settings(1));
  for (const std::uint64_t end : {1U, 2U}) {
    const Error error = kVerbs[0](pool, picture(Where::kDecodeCaption, What::kMalformed));
    CHECK(error.code() == ErrorCode::kWorkerLost);
    REQUIRE(ready_again(pool, end));
  }
  for (const auto verb : kVerbs) {
    const Error error = verb(pool, picture(Where::kDecodeCaption, What::kMalformed));
    CHECK(error.code() == ErrorCode::kPoisonedRequest);
    CHECK_THAT(error.what(), contains("no bytes of mine"));
  }
  check_goes_on(pool, 2 + kVerbs.size());
  CHECK(pool.stats().deaths == 2);
}

TEST_CASE(
    "An Error of a codec that refuses a value reaches the caller as it is, from either side") {
  CaptionPool pool(caption_settings(1));
  for (const auto verb : kVerbs) {
    for (const Where where :
         {Where::kEncodePicture, Where::kDecodePicture, Where::kDecodeCaption}) {
      const Error error = verb(pool, picture(where, What::kError));
      CHECK(std::string(error.what()) == "invalid_argument: an error of its own");
    }
  }
  check_goes_on(pool, 3 * kVerbs.size());
}

TEST_CASE("A codec for which the host's memory is used up fails that call as out_of_memory") {
  const Where where = GENERATE(Where::kEncodePicture, Where::kDecodeCaption);
  CaptionPool pool(caption_settings(1));
  for (const auto verb : kVerbs) {
    const Error error = verb(pool, picture(where, What::kBadAlloc));
    CHECK(error.code() == ErrorCode::kOutOfMemory);
    CHECK_THAT(error.what(), contains("the host's own memory is used up"));
  }
  check_goes_on(pool, kVerbs.size());
  CHECK(pool.stats().deaths == 0);
}

TEST_CASE("What was encoded before a codec threw is given back, on both sides") {
  const Where where = GENERATE(Where::kEncodePicture, Where::kDecodePicture, Where::kEncodeCaption,
                               Where::kDecodeCaption);
  CAPTURE(static_cast<int>(where));
  CaptionPool pool(caption_settings(1));
  // 60 MiB, where each side has 16.
  for (int i = 0; i < 200; ++i) {
    const Error error = error_of(pool.try_infer(picture(where)));
    REQUIRE(error.details().exception_text == "no such label");
  }
  check_goes_on(pool, 200);
}

TEST_CASE("In the host a codec only measures, and its exceptions are the same errors") {
  CaptionPool pool(caption_settings(0));
  for (const auto verb : kVerbs) {
    const Error request = verb(pool, picture(Where::kMeasurePicture));
    CHECK(request.code() == ErrorCode::kInvalidArgument);
    check_exception(request, What::kStandard);
    const Error reply = verb(pool, picture(Where::kMeasureCaption));
    CHECK(reply.code() == ErrorCode::kModelFailed);
    check_exception(reply, What::kStandard);
  }
  check_goes_on(pool, 2 * kVerbs.size());
  for (const Where where : {Where::kEncodePicture, Where::kDecodePicture, Where::kEncodeCaption,
                            Where::kDecodeCaption}) {
    CHECK(pool.infer(picture(where)).text.size() == 300'013);
  }
}

// SPDX-License-Identifier: Apache-2.0
// inferpool-python as its users use it: through Pool<> and classes in files.
#include <array>
#include <cstdint>

#include "integration/eventually.hpp"
#include "integration/python_pool.hpp"

namespace inferpool::test {
namespace {

constexpr const char* kEcho = R"(
class Model:
  def predict(self, **arrays): return arrays
)";

template <Element T>
NamedTensor counted(const std::string& name, const Shape& shape) {
  Tensor tensor(datatype_of<T>, shape);
  T value = 0;
  for (T& element : tensor.mutable_values<T>()) element = value++;
  return {name, tensor};
}

TEST_CASE("values of each datatype come back from Python as they went") {
  const PythonFile file(kEcho);
  Pool<> pool{file.settings()};
  constexpr std::array<std::string_view, 3> kTexts{"a", "", "größe"};
  const std::array<bool, 3> flags{true, false, true};
  const std::array<Float16, 2> halves{Float16::from(0.5F), Float16::from(-2)};
  Request request;
  const Shape large{20, 400};
  for (NamedTensor& input :
       std::vector<NamedTensor>{{"flags", Tensor::from(std::span<const bool>(flags), {3})},
                                {"texts", Tensor::from_strings(kTexts)},
                                {"halves", Tensor::from(halves, {2, 1})},
                                {"scalar", Tensor::scalar(std::int16_t{-3})},
                                {"none", Tensor(Datatype::kFp32, {0, 4})},
                                counted<std::uint8_t>("u8", {5}),
                                counted<std::uint16_t>("u16", {5}),
                                counted<std::uint32_t>("u32", large),
                                counted<std::uint64_t>("u64", {2, 3}),
                                counted<std::int8_t>("i8", large),
                                counted<std::int16_t>("i16", large),
                                counted<std::int32_t>("i32", {1, 1, 7}),
                                counted<std::int64_t>("i64", large),
                                counted<float>("f32", large),
                                counted<double>("f64", large)}) {
    request.inputs.add(input.name, input.tensor);
  }
  const Response response = pool.infer(request);
  REQUIRE(response.outputs.size() == request.inputs.size());
  for (const auto& [name, tensor] : request.inputs) {
    CAPTURE(name);
    CHECK(response[name] == tensor);
  }
}

// Tells by an array's address in which mapping of the worker it lies.
constexpr const char* kPlaces = R"(
import inferpool
def place(array):
  address = array.__array_interface__['data'][0]
  for line in open('/proc/self/maps'):
    parts = line.split()
    begin, end = (int(part, 16) for part in parts[0].split('-'))
    if begin <= address < end: return parts[1][:2] + ' ' + parts[-2]
class Model:
  def predict(self, x):
    out = inferpool.output(x.shape, x.dtype)
    out[:] = x
    return {'x': place(x), 'out': place(out), 'writeable': x.flags.writeable, 'sent': out}
)";

TEST_CASE("large inputs are views on the shared memory, and an output array lies in it") {
  const PythonFile file(kPlaces);
  Pool<> pool{file.settings()};
  const auto [name, x] = counted<double>("x", {100, 100});
  const Response response = pool.infer({{name, x}});
  CHECK_THAT(std::string(response["x"].strings()[0]), contains("r- /memfd:inferpool-requests"));
  CHECK_THAT(std::string(response["out"].strings()[0]), contains("rw /memfd:inferpool-replies"));
  CHECK(response["writeable"] == Tensor::scalar(false));
  CHECK(response["sent"] == x);
}

TEST_CASE("an input that the class keeps is reported, and a copy that it keeps stays as it was") {
  const PythonFile file(R"(
class Model:
  def load(self): self.copies = []
  def predict(self, x, keep):
    if keep: self.view = x
    self.copies.append(x.copy())
    return {'firsts': [c.flat[0] for c in self.copies]}
)");
  Pool<> pool{file.settings()};
  const auto ask = [&](float value, bool keep) -> Request {
    return {{"x", Tensor::from(std::vector<float>(10'000, value), {10'000})},
            {"keep", Tensor::scalar(keep)}};
  };
  pool.infer(ask(1, false));
  const Error error = call_error(pool, ask(2, true));
  CHECK(error.code() == ErrorCode::kModelFailed);
  CHECK(error.details().exception_type == "BufferError");
  CHECK_THAT(error.what(), contains("kept a view of the input \"x\"") && contains(".copy()"));
  CHECK(pool.infer(ask(3, false))["firsts"] == Tensor::from(std::array<float, 3>{1, 2, 3}, {3}));
  CHECK(pool.stats().deaths == 0);
}

TEST_CASE("an input that the class keeps is reported even if its predict raises") {
  const PythonFile file(R"(
class Model:
  def predict(self, x):
    self.view = x
    raise ValueError('not this one')
)");
  Pool<> pool{file.settings()};
  const Error error = call_error(pool, {{"x", Tensor::scalar(1.0F)}});
  CHECK(error.details().exception_type == "BufferError");
}

TEST_CASE("a Python class that says invalid_argument when it is loaded does not start") {
  const PythonFile file(R"(
import inferpool
class Model:
  def load(self): raise inferpool.InvalidArgument('no weights')
  def predict(self, x): return x
)");
  CHECK_THAT(start_error(file.settings()).what(),
             contains("inferpool.InvalidArgument: no weights"));
}

TEST_CASE("a Python generator that finds the request wrong says so after its parts") {
  const PythonFile file(R"(
import inferpool
class Model:
  def predict(self, n):
    yield n
    raise inferpool.InvalidArgument('no more')
)");
  Pool<> pool{file.settings()};
  int parts = 0;
  try {
    pool.infer_stream({{"n", Tensor::scalar(1.0F)}}, [&](const Response&) { ++parts; });
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.what() == std::string("invalid_argument: no more"));
  }
  CHECK(parts == 1);
}

TEST_CASE("a Python class tells a caller that the request is wrong, or its output too large") {
  const PythonFile file(R"(
import inferpool
class Model:
  def predict(self, n):
    if n < 0: raise inferpool.InvalidArgument(f'n is {n}; accepted: 0 or more')
    return inferpool.output(int(n), 'u1') if n != 5 else inferpool.output((5, -1))
)");
  Settings settings = file.settings();
  settings.max_payload = std::uint64_t{1} << 20;
  Pool<> pool{settings};
  const Error wrong = call_error(pool, {{"n", Tensor::scalar(std::int64_t{-1})}});
  CHECK(wrong.code() == ErrorCode::kInvalidArgument);
  CHECK(wrong.what() == std::string("invalid_argument: n is -1; accepted: 0 or more"));
  const Error large = call_error(pool, {{"n", Tensor::scalar(std::int64_t{1} << 21)}});
  CHECK(large.code() == ErrorCode::kPayloadTooLarge);
  CHECK_THAT(large.what(), contains("max_payload"));
  const Error own = call_error(pool, {{"n", Tensor::scalar(std::int64_t{5})}});
  CHECK(own.code() == ErrorCode::kModelFailed);
  CHECK(own.details().exception_type == "ValueError");
  CHECK(pool.infer({{"n", Tensor::scalar(std::int64_t{9})}})["predict"].shape() == Shape{9});
}

TEST_CASE("what Python raises arrives with type, text and traceback, and the worker goes on") {
  const PythonFile file(R"(
class Model:
  def predict(self, x): return self.inverse(x)
  def inverse(self, x):
    if x == 0: raise ZeroDivisionError(f'no inverse of {x}')
    return 1 / x
)");
  Pool<> pool{file.settings()};
  const Error error = call_error(pool, {{"x", Tensor::scalar(0.0)}});
  CHECK(error.code() == ErrorCode::kModelFailed);
  CHECK(error.details().exception_type == "ZeroDivisionError");
  CHECK_THAT(error.details().exception_text,
             contains("no inverse of 0.0\nTraceback (most recent call last):") &&
                 contains("models.py\", line 5, in inverse"));
  CHECK_THAT(error.what(), contains("the model threw ZeroDivisionError: no inverse of 0.0"));
  CHECK(pool.infer({{"x", Tensor::scalar(4.0)}})["predict"] == Tensor::scalar(0.25));
  CHECK(pool.stats().deaths == 0);
}

TEST_CASE("inferpool-python refuses what the class cannot take, says what it can, and goes on") {
  const PythonFile file("class Model:\n  def predict(self, x, y=None): return x @ x.T\n");
  Pool<> pool{file.settings()};
  const auto check_refused = [&](const Request& request, ErrorCode code,
                                 const std::string& message) {
    const Error error = call_error(pool, request);
    CHECK(error.code() == code);
    CHECK_THAT(error.what(), contains(message));
  };
  const Tensor right(Datatype::kFp32, {2, 3});
  check_refused({{"z", right}}, ErrorCode::kInvalidArgument,
                "the inputs are \"z\"; accepted: \"x\", and if wanted \"y\"");
  check_refused({}, ErrorCode::kInvalidArgument, "the inputs are none; accepted: \"x\"");
  check_refused({{"x", Tensor(Datatype::kBf16, {2})}}, ErrorCode::kInvalidArgument, "is BF16");
  check_refused({{"x", Tensor(Datatype::kFp32, {})}}, ErrorCode::kModelFailed, "ValueError");
  check_refused({{"x", Tensor(Datatype::kBytes, {2})}}, ErrorCode::kModelFailed, "TypeError");
  CHECK(pool.infer({{"x", right}, {"y", right}})["predict"].shape() == Shape{2, 2});
  CHECK(pool.stats().deaths == 0);
}

TEST_CASE("prints and logs are the worker's output, line by line as they are written") {
  const PythonFile file(R"(
import logging, sys, warnings
class Model:
  def load(self): print('loading', 1, 'größe')
  def predict(self):
    print('predicting')
    logging.getLogger('shop').warning('careful')
    sys.stderr.write('aside\n')
    return 0
)");
  Lines lines;
  Settings settings = file.settings();
  settings.env = {{"PYTHONUNBUFFERED", ""}};  // overrides the host's value
  lines.capture(settings);
  Pool<> pool{settings};
  pool.infer({});
  for (const char* const line : {"loading 1 größe", "predicting", "careful", "aside"}) {
    CAPTURE(line);
    CHECK(eventually([&] { return lines.has(line); }));
  }
}

TEST_CASE("a generator streams, and a caller that asks for one answer is told how to ask") {
  const PythonFile file(R"(
class Model:
  def predict(self, words):
    for word in words:
      yield {'word': word.decode().upper()}
)");
  Pool<> pool{file.settings()};
  constexpr std::array<std::string_view, 3> kWords{"one", "two", "three"};
  const Request request{{"words", Tensor::from_strings(kWords)}};
  std::string said;
  pool.infer_stream(
      request, [&](const Response& part) { said += std::string(part["word"].strings()[0]) + ' '; });
  CHECK(said == "ONE TWO THREE ");
  const Error error = call_error(pool, request);
  CHECK(error.code() == ErrorCode::kInvalidArgument);
  CHECK_THAT(error.what(), contains("infer_stream"));
  CHECK(pool.stats().deaths == 0);
}

}  // namespace
}  // namespace inferpool::test

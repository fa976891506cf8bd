// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/onnx_runtime_session.hpp"

#include <iostream>

#include "runtimes/onnx/inlined_weights.hpp"
#include "runtimes/onnx/repeated_schemas.hpp"

namespace inferpool::runtimes::ort {
namespace {

SessionOptions make_options(const NetworkOptions& wanted) {
  OrtSessionOptions* taken = nullptr;
  check(api().CreateSessionOptions(&taken));
  SessionOptions options(taken);
  if (wanted.threads) check(api().SetIntraOpNumThreads(taken, *wanted.threads));
  check(api().SetInterOpNumThreads(taken, 1));
  const char* const spinning = wanted.spinning ? "1" : "0";
  for (const char* key : {"session.intra_op.allow_spinning", "session.inter_op.allow_spinning"}) {
    check(api().AddSessionConfigEntry(taken, key, spinning));
  }
  return options;
}

}  // namespace

Session make_session(const OrtEnv* env, std::string bytes, const std::filesystem::path& file,
                     const NetworkOptions& options, std::uint64_t most) {
  const SessionOptions session_options = make_options(options);
  OrtSession* session = nullptr;
  const InlinedWeights weights(bytes, file);
  const RepeatedSchemas repeated(std::cerr);
  if (weights.any() && weights.size() > most) {
    check(api().CreateSession(env, file.c_str(), session_options.get(), &session));
    return Session(session);
  }
  if (weights.any()) bytes = weights.bytes();
  check(api().CreateSessionFromArray(env, bytes.data(), bytes.size(), session_options.get(),
                                     &session));
  return Session(session);
}

}  // namespace inferpool::runtimes::ort

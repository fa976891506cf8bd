// SPDX-License-Identifier: Apache-2.0
// Answers a Request with named outputs of several kinds: "label" (strings), "score" (as many FP32
// as the input "n" says) and the parameter "ok". With Settings::extra {"last words": "..."} it
// prints these words to stderr and dies instead. With {"platform": "..."} it tells that to who asks
// for metadata, as inferpool-onnx does.
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include <inferpool/worker.hpp>
#include <nlohmann/json.hpp>

namespace {

using inferpool::Request;
using inferpool::Response;
using inferpool::Settings;
using inferpool::Tensor;

class Labels {
 public:
  explicit Labels(const Settings& settings) {
    const auto extra = nlohmann::json::parse(settings.extra.empty() ? "{}" : settings.extra);
    last_words_ = extra.value("last words", "");
    platform_ = extra.value("platform", "");
  }

  Response predict(const Request& request) {
    if (!last_words_.empty()) {
      std::fprintf(stderr, "%s\n", last_words_.c_str());
      std::raise(SIGKILL);
    }
    if (!platform_.empty() && request.parameters.contains("metadata")) return metadata();
    const std::int64_t count = request["n"].values<std::int64_t>()[0];
    std::vector<float> scores(static_cast<std::size_t>(count));
    std::iota(scores.begin(), scores.end(), 0.5F);
    constexpr std::string_view kLabels[] = {"a \"cat\"", "no\xff"};
    Response response{{"label", Tensor::from_strings(kLabels)},
                      {"score", Tensor::from(scores, {count})}};
    response.parameters = {{"ok", true}};
    return response;
  }

 private:
  Response metadata() const {
    Response response;
    response.parameters["platform"] = platform_;
    return response;
  }

  std::string last_words_;
  std::string platform_;
};

}  // namespace

int main(int argc, char** argv) { return inferpool::run_worker<Labels>(argc, argv); }

// SPDX-License-Identifier: Apache-2.0
#include "runtimes/xgboost/model_form.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "catch.hpp"
#include "integration/scratch_folder.hpp"
#include "integration/trained_booster.hpp"
#include "runtimes/xgboost/booster.hpp"

namespace inferpool::test {
namespace {

using runtimes::find_form;
using runtimes::ModelForm;
using runtimes::XgboostError;
using std::string_view_literals::operator""sv;

std::string refusal(std::string_view content, const std::string& name) {
  const ScratchFolder folder;
  write_file(folder / name, std::string(content));
  try {
    static_cast<void>(find_form(folder / name));
  } catch (const XgboostError& error) {
    return error.what();
  }
  return "a model";
}

TEST_CASE("the form of a model is known by its first bytes, and the version of the binary form") {
  const ScratchFolder folder;
  const TrainedBooster booster(TrainedBooster::Parameters{{"objective", "binary:logistic"}});
  booster.save(folder / "m.json");
  booster.save(folder / "m.ubj");
  CHECK(find_form(folder / "m.json").form == ModelForm::kJson);
  CHECK(find_form(folder / "m.ubj").form == ModelForm::kUbjson);
  write_file(folder / "m.bst", read_file(folder / "m.ubj"));
  CHECK(find_form(folder / "m.bst").form == ModelForm::kUbjson);
  if (runtimes::Booster::library_version() >= runtimes::XgboostVersion{3, 1}) return;
  booster.save(folder / "m.deprecated");
  const auto found = find_form(folder / "m.deprecated");
  if (found.form == ModelForm::kBinary)
    CHECK(found.version == runtimes::Booster::library_version());
}

TEST_CASE("a file that is not a model is refused with what it is", "[W18]") {
  CHECK(refusal("", "m.json") == "it is empty");
  CHECK(refusal(" \n", "m.json") == "it has no content but blanks");
  CHECK_THAT(refusal("no trees here", "m.json"), contains("it begins with 'n'"));
  CHECK_THAT(refusal("\x1f\x8b\x08\x00"sv, "m.json"), contains("compressed by gzip"));
  CHECK_THAT(refusal("\x80\x04\x95\x10"sv, "m.bst"), contains("a pickle of Python"));
  CHECK_THAT(refusal("PK\x03\x04xx"sv, "m.ubj"), contains("a zip archive"));
  CHECK_THAT(refusal("\x08\x07\x12\x07pytorch"sv, "m.bst"), contains("the byte 0x08"));
  CHECK_THAT(refusal("booster[0]:\n0:[f0<1]", "m.bst"), contains("a dump of trees"));
  CHECK_THAT(refusal("[{\"nodeid\": 0}]", "m.json"), contains("it begins with '['"));
  CHECK_THAT(refusal("tree\nversion=v3\n", "m.bst"), contains("LightGBM"));
  CHECK_THAT(refusal("{", "m.json"), contains("nothing stands behind its first '{'"));
  CHECK_THAT(refusal("{1: 2}", "m.json"), contains("stands '1'"));
  CHECK_THAT(refusal("binf\x01\x02"sv, "m.bst"), contains("cut off in its head"));
  CHECK_THAT(refusal(std::string(4096, '\0'), "m.bst"), contains("the byte 0x00"));
}

TEST_CASE("a model under a name by which XGBoost takes it for another form is refused", "[W18]") {
  CHECK_THAT(refusal("{L\0\0\0\0\0\0\0\7learner"sv, "m.json"), contains("named *.ubj"));
  CHECK_THAT(refusal(R"({"learner": 1})", "m.ubj"), contains("named *.json"));
  CHECK(refusal(R"({"learner": 1})", "m.bst") == "a model");
}

TEST_CASE("a model that may not be read is refused with the reason", "[W18]") {
  if (::geteuid() == 0) return;  // root may read everything
  const ScratchFolder folder;
  write_file(folder / "m.json", "{}");
  REQUIRE(::chmod((folder / "m.json").c_str(), 0) == 0);
  CHECK_THROWS_WITH(find_form(folder / "m.json"), contains("Permission denied"));
}

}  // namespace
}  // namespace inferpool::test

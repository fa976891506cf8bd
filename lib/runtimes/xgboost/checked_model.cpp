// SPDX-License-Identifier: Apache-2.0
#include "runtimes/xgboost/checked_model.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runtimes/xgboost/base_scores.hpp"
#include "runtimes/xgboost/byte_source.hpp"
#include "runtimes/xgboost/model_fields.hpp"
#include "runtimes/xgboost/model_form.hpp"
#include "runtimes/xgboost/xgboost_error.hpp"

namespace inferpool::runtimes {
namespace {

constexpr XgboostVersion kListsOfBaseScores{3, 1};
constexpr XgboostVersion kNoBinary{3, 1};
constexpr XgboostVersion kIterationsSince{2, 0};

constexpr const char* kExpected =
    "expected: a model as save_model of XGBoost writes it, as JSON, UBJSON or in the binary form "
    "of before 3.1";

std::string writer(const std::optional<XgboostVersion>& version) {
  return version ? "XGBoost " + to_string(*version) : std::string("an unknown version of XGBoost");
}

// For a model of which a part would be lost.
[[noreturn]] void refuse_part(const std::optional<XgboostVersion>& written, XgboostVersion library,
                              const std::string& part) {
  throw XgboostError(fmt::format(
      "it was written by {}, and the XGBoost {} of this worker does not read {}, without which its "
      "answers would be wrong; serve it by a newer XGBoost, or write the model by XGBoost {} or "
      "older",
      writer(written), to_string(library), part, to_string(library)));
}

void read_fields(const std::filesystem::path& file, ModelForm form, ModelFields& fields) {
  ByteSource bytes(file);
  form == ModelForm::kJson ? read_json(bytes, fields) : read_ubjson(bytes, fields);
  if (fields.is_model()) return;
  std::string names;
  for (const std::string& name : fields.roots())
    names += fmt::format("{}\"{}\"", names.empty() ? "" : ", ", name);
  throw XgboostError(fmt::format("it is {}, but no model: it has no \"learner\", but {}; {}",
                                 form == ModelForm::kJson ? "JSON" : "UBJSON",
                                 names.empty() ? "nothing" : names, kExpected));
}

void take_base_score(const std::string& text, XgboostVersion library, CheckedModel& model) {
  if (text.empty()) throw XgboostError("it has no learner/learner_model_param/base_score");
  model.base_scores = read_base_scores(text);
  model.base_score = first_base_score(text);
  if (!text.starts_with('[') || library >= kListsOfBaseScores) return;
  if (std::ranges::count(model.base_scores, model.base_scores.front()) !=
      static_cast<std::ptrdiff_t>(model.base_scores.size())) {
    refuse_part(model.version, library,
                fmt::format("a base_score for each output ({}, read from {} on)", text,
                            to_string(kListsOfBaseScores)));
  }
  model.sets_base_score = true;
}

void refuse_lost_parts(const ModelFields& fields, XgboostVersion library) {
  // A library newer than the known ones reads everything that older ones wrote.
  const auto version = fields.version();
  const bool trusted = library > ModelFields::kLatestKnown && version && *version <= library;
  for (const auto& [path, since] : fields.later_fields()) {
    if (library >= since || (trusted && since == ModelFields::kNever)) continue;
    refuse_part(version, library,
                since == ModelFields::kNever
                    ? fmt::format("its field {}", path)
                    : fmt::format("its field {} (read from {} on)", path, to_string(since)));
  }
}

CheckedModel checked_document(const ModelFields& fields, XgboostVersion library) {
  refuse_lost_parts(fields, library);
  CheckedModel model{.version = fields.version(),
                     .num_class = fields.num_class(),
                     .num_target = fields.num_target(),
                     .num_feature = fields.num_feature(),
                     .has_iterations = library >= kIterationsSince || fields.even_iterations()};
  take_base_score(fields.base_score(), library, model);
  return model;
}

CheckedModel checked_binary(const FormFound& found, XgboostVersion library) {
  if (library >= kNoBinary) {
    throw XgboostError(fmt::format(
        "it is in the binary form, which XGBoost {} does not read any more; load it by XGBoost 3.0 "
        "or older, and save it as *.ubj or *.json",
        to_string(library)));
  }
  if (found.version && *found.version > library)
    refuse_part(found.version, library, "what a later version writes in the binary form");
  return {.version = found.version};
}

}  // namespace

CheckedModel check_model(const std::filesystem::path& file, XgboostVersion library) try {
  FormFound found{ModelForm::kJson};
  try {
    found = find_form(file);
  } catch (const XgboostError& error) {
    throw XgboostError(fmt::format("{}; {}", error.what(), kExpected));
  }
  if (found.form == ModelForm::kBinary) return checked_binary(found, library);
  ModelFields fields;
  read_fields(file, found.form, fields);
  return checked_document(fields, library);
} catch (const XgboostError& error) {
  throw XgboostError(fmt::format("the model {}: {}", file.string(), error.what()));
}

}  // namespace inferpool::runtimes

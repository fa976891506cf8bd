// SPDX-License-Identifier: Apache-2.0
// Models that are trained here and then changed to what other versions of XGBoost write.
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "integration/scratch_folder.hpp"
#include "integration/trained_booster.hpp"

namespace inferpool::test {

using ModelDocument = nlohmann::json;

class EditedModel {
 public:
  explicit EditedModel(const TrainedBooster::Parameters& parameters, unsigned classes = 2)
      : booster(parameters, classes) {
    booster.save(folder / "trained.json");
    document = ModelDocument::parse(read_file(folder / "trained.json"));
  }

  ModelDocument& at(const std::string& place) {
    return document[ModelDocument::json_pointer(place)];
  }
  ModelDocument& base_score() { return at("/learner/learner_model_param/base_score"); }
  ModelDocument& attribute(const std::string& name) { return at("/learner/attributes/" + name); }

  // Writes it to a file, and returns its path; *.ubj: as UBJSON.
  [[nodiscard]] std::string write(const std::string& name) const {
    const std::string file = folder / name;
    remove_file(file);
    if (!name.ends_with(".ubj")) {
      write_file(file, document.dump());
      return file;
    }
    const auto bytes = ModelDocument::to_ubjson(document);
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    return file;
  }

  // The same, saved by XGBoost, because it reads UBJSON only in the form that it writes.
  [[nodiscard]] std::string saved(const std::string& name) const {
    BoosterHandle handle = nullptr;
    check_xgboost(XGBoosterCreate(nullptr, 0, &handle));
    const int status = XGBoosterLoadModel(handle, write("edited.json").c_str());
    if (status == 0) check_xgboost(XGBoosterSaveModel(handle, (folder / name).c_str()));
    XGBoosterFree(handle);
    check_xgboost(status);
    return folder / name;
  }

  ScratchFolder folder;
  TrainedBooster booster;
  ModelDocument document;
};

}  // namespace inferpool::test

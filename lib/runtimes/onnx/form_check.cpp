// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "runtimes/onnx/form_conditions.hpp"
#include "runtimes/onnx/opencv_net.hpp"
#include "runtimes/onnx/trusted_forms.hpp"

namespace inferpool::runtimes {
namespace {

// Takes the next word; empty at the end.
std::string_view take_word(std::string_view& text, char end = ' ') {
  const std::size_t at = std::min(text.find(end), text.size());
  const std::string_view word = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return word;
}

std::string kind_text(const PlannedValue& value) {
  const char* kind = value.constant != nullptr ? "a constant"
                     : value.whole             ? "made of shapes"
                                               : "computed";
  return fmt::format("{}, of ONNX's element type {} and the shape {}", kind, value.type,
                     to_text(value.sizes));
}

bool is_kind(const PlannedValue& value, char kind) {
  switch (kind) {
    case 'x':
      return !value.is_known() && is_float(value.type);
    case 'n':
      return !value.is_known();
    case 'c':
      return value.constant != nullptr && is_float(value.type);
    default:
      return value.whole.has_value();
  }
}

bool allows(std::string_view word, const PlannedValue& value) {
  if (!is_kind(value, word.front())) return false;
  const std::size_t ranks = word.find(':');
  if (ranks == std::string_view::npos) return true;
  const std::size_t rank = value.sizes.size();
  return rank < 10 && word.find(static_cast<char>('0' + rank), ranks) != std::string_view::npos;
}

// What is wrong with the operands; empty if nothing is.
std::string operands_complaint(const TrustedForm& form, const NodeFacts& facts) {
  std::string_view words = form.operands;
  std::string_view word;
  for (std::size_t position = 0; position < facts.operands.size(); ++position) {
    if (!word.ends_with('+')) word = take_word(words);
    if (!facts.has(position) && word.ends_with('?')) continue;
    if (!facts.has(position)) return fmt::format("its operand {} is left out", position);
    if (word.empty())
      return fmt::format("it has the operand {} \"{}\"", position, facts.node.inputs[position]);
    if (!allows(word, facts.operand(position))) {
      return fmt::format("its operand {} \"{}\" is {}", position, facts.node.inputs[position],
                         kind_text(facts.operand(position)));
    }
  }
  for (word = take_word(words); !word.empty(); word = take_word(words)) {
    if (!word.ends_with('?')) return "it has too few operands";
  }
  return {};
}

std::string attribute_complaint(const TrustedForm& form, const NodeAttribute& attribute) {
  std::string_view words = form.attributes;
  for (std::string_view word = take_word(words); !word.empty(); word = take_word(words)) {
    std::string_view values = word;
    if (take_word(values, '=') != attribute.name) continue;
    if (attribute.is_other) break;
    if (word.find('=') == std::string_view::npos) return {};
    const std::string value = attribute.value_text();
    while (!values.empty()) {
      if (take_word(values, ',') == value) return {};
    }
  }
  return fmt::format("its attribute {} is {}", attribute.name, attribute.value_text());
}

std::string conditions_complaint(const TrustedForm& form, const NodeFacts& facts) {
  std::string_view words = form.conditions;
  for (std::string_view word = take_word(words); !word.empty(); word = take_word(words)) {
    const FormCondition& condition = form_condition(word);
    if (!condition.holds(facts)) return fmt::format("this does not hold: {}", condition.meaning);
  }
  return {};
}

// Why a row does not allow a node. The stage says how much of the row the node fits.
struct Complaint {
  int stage = 0;
  std::string text = {};  // empty: the row allows the node
};

Complaint complaint(const TrustedForm& form, const NodeFacts& facts) {
  std::string text = operands_complaint(form, facts);
  if (!text.empty()) return {1, std::move(text)};
  for (std::size_t i = 0; text.empty() && i < facts.node.attributes.size(); ++i) {
    text = attribute_complaint(form, facts.node.attributes[i]);
  }
  const bool parts = facts.node.op == "Split";
  if (text.empty() && facts.node.outputs.size() > 1 && !parts) text = "it has several outputs";
  if (!text.empty()) return {2, std::move(text)};
  return {3, conditions_complaint(form, facts)};
}

std::string shapes_text(const NodeFacts& facts) {
  std::string text;
  for (const PlannedValue* operand : facts.operands) {
    text += fmt::format("{}{}", text.empty() ? "" : ", ",
                        operand == nullptr ? "none" : to_text(operand->sizes));
  }
  return text;
}

}  // namespace

const TrustedForm& trusted_form_of(const NodeFacts& facts) {
  std::string rows;
  Complaint nearest;
  for (const TrustedForm& form : trusted_forms()) {
    if (form.op != facts.node.op) continue;
    Complaint one = complaint(form, facts);
    if (one.text.empty()) return form;
    rows += fmt::format("{}{}", rows.empty() ? "" : " | ", to_text(form));
    if (one.stage > nearest.stage) nearest = std::move(one);
  }
  if (rows.empty()) {
    throw NetworkError(fmt::format(
        "{}: {} is not trusted with this operator, as no form of it was compared with a reference; "
        "export the network without it, or serve it with ONNX Runtime",
        facts.node.label(), opencv_version()));
  }
  throw NetworkError(fmt::format(
      "{} with operands of the shapes {}: {} is not trusted with it, since {}; trusted: "
      "{}; export the network so, or serve it with ONNX Runtime",
      facts.node.label(), shapes_text(facts), opencv_version(), nearest.text, rows));
}

std::string to_text(const TrustedForm& form) {
  std::string text = fmt::format("{} {}", form.op, form.operands);
  if (!form.attributes.empty()) text += fmt::format("; {}", form.attributes);
  std::string_view words = form.conditions;
  for (std::string_view word = take_word(words); !word.empty(); word = take_word(words)) {
    text += fmt::format("; {}", form_condition(word).meaning);
  }
  return text;
}

std::string trusted_forms_text() {
  std::vector<std::pair<std::string, std::string>> lines;  // the rest of a row, its operators
  for (const TrustedForm& form : trusted_forms()) {
    const std::string rest = to_text(form).substr(form.op.size() + 1);
    const auto same = std::ranges::find(lines, rest, [](const auto& line) { return line.first; });
    if (same == lines.end()) {
      lines.emplace_back(rest, form.op);
    } else if (!(" " + same->second).ends_with(" " + std::string(form.op))) {
      same->second += fmt::format(" {}", form.op);
    }
  }
  std::string text;
  for (const auto& [rest, operators] : lines) text += fmt::format("{}: {}\n", operators, rest);
  return text;
}

}  // namespace inferpool::runtimes

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace bench {

// Rows of text in aligned columns. A column is aligned to the left if `left` says so, else to the
// right; by default only the first.
class Table {
 public:
  explicit Table(std::vector<std::string> head, std::vector<bool> left = {true});

  // Fills rows shorter than the head with "".
  void add(std::vector<std::string> row);

  // With a line below the head; each line ends with a newline.
  [[nodiscard]] std::string text() const;
  // The same as a table of Markdown.
  [[nodiscard]] std::string markdown() const;

 private:
  [[nodiscard]] bool left(std::size_t column) const;

  std::vector<std::vector<std::string>> rows_;  // the head is the first
  std::vector<bool> left_;
};

}  // namespace bench

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace bench {

// Rows of text in aligned columns: the first column to the left, the others to the right, or where
// `left` says so.
class Table {
 public:
  explicit Table(std::vector<std::string> head, std::vector<bool> left = {true});

  // Shorter rows than the head are filled up with "".
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

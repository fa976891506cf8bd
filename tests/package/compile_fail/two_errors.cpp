// SPDX-License-Identifier: Apache-2.0
// expect: the expected words
static_assert(sizeof(int) == 1, "the expected words");
static_assert(sizeof(int) == 1, "and more of them");

// SPDX-License-Identifier: Apache-2.0
// expect: the expected words
static_assert(false, "other words");

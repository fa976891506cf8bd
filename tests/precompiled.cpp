// SPDX-License-Identifier: Apache-2.0
// Nothing: it stands for the headers that all tests read (see CMakeLists.txt).

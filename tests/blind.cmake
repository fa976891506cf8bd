# SPDX-License-Identifier: Apache-2.0
# Makes each instrument blind on purpose. A test that needs it must report that, and neither pass nor fail.

# inferpool_blind(<instrument> <program> <test case>)
function(inferpool_blind instrument program test)
  add_test(NAME "blind/${instrument}"
           COMMAND ${launcher} ${CMAKE_COMMAND} -E env "INFERPOOL_BLIND=${instrument}"
                   $<TARGET_FILE:${program}> ${no_test_fails} "${test}")
  set_tests_properties(
    "blind/${instrument}"
    PROPERTIES LABELS blind TIMEOUT 120 RESOURCE_LOCK workers
               PASS_REGULAR_EXPRESSION "SKIPPED: [^\n]*: ${instrument}: saw 0 in a case that has")
endfunction()

inferpool_blind("single steps" cost_tests "a round trip takes no more*")
inferpool_blind("durations" unit_tests "text is made of values as fmt makes it")
inferpool_blind("filters of system calls" unit_tests "without pidfds a child that somebody*")
foreach(thing IN ITEMS children descriptors "mapped regions" threads)
  inferpool_blind(${thing} integration_tests "A host that reaps everything*")
endforeach()
inferpool_blind("resident memory" integration_tests "*take no memory for good")
inferpool_blind("sleeps of the host" integration_tests "an idle pool sleeps*")
inferpool_blind("sleeps of workers" integration_tests "an idle pool sleeps*")
inferpool_blind("strace" counting_tests "a hot round trip of one float makes no*")
inferpool_blind("strace of the worker" counting_tests "a hot round trip of one float makes no*")
inferpool_blind("strace of waits" integration_tests "Neither a host nor its workers wait*")
foreach(count IN ITEMS allocations "large copies" "allocations in the worker"
                       "large copies in the worker")
  inferpool_blind(${count} counting_tests "a round trip of one float allocates nothing*")
endforeach()
inferpool_blind("allocated memory" soak_pools_tests "pools made and destroyed*")
inferpool_blind("mappings" soak_pools_tests "pools made and destroyed*")

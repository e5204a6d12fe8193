# One folder is one layer, one namespace and one static library; its arrows are its link libraries.
#
#   hikkoshi_layer(NAME SOURCES a.cc b.cc [USES layer...] [LINKS library...])
#   hikkoshi_tests(NAME SOURCES a_test.cc [USES layer...] [LINKS library...])
#
# With HIKKOSHI_UNITY (the presets) a layer's sources are compiled as one unit, in a fifth of the
# time, so names in anonymous namespaces are unique in their folder.
#
# A layer is the library `NAME`; its tests are the program `NAME_test`, one ctest entry a test.
function(hikkoshi_layer name)
  cmake_parse_arguments(arg "" "" "SOURCES;USES;LINKS" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${name} PUBLIC ${arg_USES} PRIVATE ${arg_LINKS})
  set_target_properties(${name} PROPERTIES UNITY_BUILD ${HIKKOSHI_UNITY} UNITY_BUILD_BATCH_SIZE 0)
endfunction()

function(hikkoshi_tests name)
  cmake_parse_arguments(arg "" "" "SOURCES;USES;LINKS" ${ARGN})
  add_executable(${name}_test ${arg_SOURCES})
  target_link_libraries(${name}_test PRIVATE ${name} ${arg_USES} ${arg_LINKS} GTest::gtest_main)
  gtest_discover_tests(${name}_test TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS unit TIMEOUT 120)
endfunction()

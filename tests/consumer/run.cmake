# Installs BUILD (a build tree of SOURCE) into a fresh folder below WORK, builds the consumer against it or
# (KIND) the build tree or with xgrad inside, as C++17 and C++20, and compares what it prints.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGN}\n${output}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
if(KIND STREQUAL subproject)
  # Compiles the whole library once more, so with little to optimize, for any processor; in a project
  # that joins files, which they have to bear.
  set(where -DXGRAD_SUBPROJECT=${SOURCE} -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE=-O0
            -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=25)
  set(SIMD_FLAGS "")
elseif(KIND STREQUAL "build_tree" OR KIND STREQUAL "other_compiler")
  set(where -Dxgrad_DIR=${BUILD})
else()
  run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/first)
  file(RENAME ${WORK}/first ${WORK}/moved)  # an installed package must not remember its place
  set(where -DCMAKE_PREFIX_PATH=${WORK}/moved)
endif()
run(${CMAKE_COMMAND} -S ${SOURCE}/tests/consumer -B ${WORK}/build -G ${GENERATOR} ${where}
    -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_CXX_FLAGS=${FLAGS} -DXGRAD_SIMD_FLAGS=${SIMD_FLAGS})
run(${CMAKE_COMMAND} --build ${WORK}/build)
foreach(standard 17 20)
  execute_process(COMMAND ${WORK}/build/consumer${standard} OUTPUT_VARIABLE printed)
  if(NOT printed STREQUAL "5 6 0 0 1 0 \n")
    message(FATAL_ERROR "C++${standard} consumer printed '${printed}'")
  endif()
endforeach()

# The Debian package, made by `cpack -G DEB` in a release build.

set(CFN_MAINTAINER "cfnfix maintainers <maintainers@cfnfix.example>"
    CACHE STRING "Who a Debian package names as its maintainer")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME ${PROJECT_NAME})
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT ${CFN_MAINTAINER})
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_PACKAGE_DESCRIPTION
"cfnfix finds what makes a CloudFormation template fail at deployment or
deletion, and repairs it. What a repair does not have to touch comes out byte
for byte as it went in: comments, blank lines, key order, quotes, line ends.
Every change was read back the same by two parsers before it is written.
.
It reads YAML and JSON, from a shell, from an editor, as a pre-commit hook, or
as a bot that reviews pull requests.")
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/debian_tree.cmake)
include(CPack)

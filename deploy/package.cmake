# What is installed, and the Debian packages that CPack makes of it: a component, a package.
include(CMakePackageConfigHelpers)

install(TARGETS libsyncnet EXPORT syncnet
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library NAMELINK_COMPONENT development)
# Of its own: the service's package has them, too, and neither needs the other.
install(FILES ${MODEL_FILES} ${DETECTOR_FILES} DESTINATION share/libsyncnet/models COMPONENT library)
install(FILES deploy/debian/copyright DESTINATION share/doc/libsyncnet1 COMPONENT library)

install(DIRECTORY include/syncnet DESTINATION include COMPONENT development)
set(cmake_folder ${CMAKE_INSTALL_LIBDIR}/cmake/syncnet)
install(EXPORT syncnet NAMESPACE syncnet:: FILE syncnet-config.cmake DESTINATION ${cmake_folder} COMPONENT development)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/syncnet-config-version.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${PROJECT_BINARY_DIR}/syncnet-config-version.cmake DESTINATION ${cmake_folder} COMPONENT development)
# The .pc file finds its prefix two folders up.
configure_file(deploy/syncnet.pc.in syncnet.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/syncnet.pc DESTINATION share/pkgconfig COMPONENT development)
install(FILES docs/library.md deploy/debian/copyright DESTINATION share/doc/libsyncnet-dev COMPONENT development)

if(SYNCNET_PROGRAM)
  install(TARGETS syncnet RUNTIME DESTINATION bin COMPONENT service)
  install(FILES ${MODEL_FILES} ${DETECTOR_FILES} DESTINATION share/syncnet/models COMPONENT service)
  # Built by npm, not by CMake (./run page); a service without it shows none.
  install(DIRECTORY ${PROJECT_BINARY_DIR}/page DESTINATION share/syncnet COMPONENT service OPTIONAL)
  install(FILES deploy/systemd/syncnet.service DESTINATION /lib/systemd/system COMPONENT service)
  install(FILES deploy/systemd/syncnet.env DESTINATION /etc/syncnet COMPONENT service)
  # What it is made of: of the packages that are here when it is installed.
  find_program(DPKG_QUERY dpkg-query)
  if(DPKG_QUERY)
    install(CODE "execute_process(COMMAND ${PROJECT_SOURCE_DIR}/scripts/sbom $<TARGET_FILE:syncnet>
      ${PROJECT_BINARY_DIR}/sbom.cdx.json COMMAND_ERROR_IS_FATAL ANY)" COMPONENT service)
    install(FILES ${PROJECT_BINARY_DIR}/sbom.cdx.json DESTINATION share/doc/syncnet COMPONENT service)
  endif()
  file(GLOB DOC_FILES CONFIGURE_DEPENDS docs/*.md)
  install(FILES README.md ${DOC_FILES} deploy/debian/copyright DESTINATION share/doc/syncnet COMPONENT service)
endif()

if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_CONTACT "syncnet <root@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "tells whether a voice belongs to the lips in a video")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR})
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

# component, package, section, what it is
function(syncnet_package component package section description)
  string(TOUPPER ${component} key)
  set(CPACK_COMPONENTS_ALL ${CPACK_COMPONENTS_ALL} ${component} PARENT_SCOPE)
  set(CPACK_DEBIAN_${key}_PACKAGE_NAME ${package} PARENT_SCOPE)
  set(CPACK_DEBIAN_${key}_FILE_NAME DEB-DEFAULT PARENT_SCOPE)
  set(CPACK_DEBIAN_${key}_PACKAGE_SECTION ${section} PARENT_SCOPE)
  set(CPACK_COMPONENT_${key}_DESCRIPTION "${description}" PARENT_SCOPE)
endfunction()

set(CPACK_COMPONENTS_ALL "")
set(same_version "libsyncnet1 (= ${PROJECT_VERSION})")
syncnet_package(library libsyncnet1 libs "The library, for C++ and C. The model is on board.")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_GENERATE_SHLIBS ON)
syncnet_package(development libsyncnet-dev libdevel "Headers, CMake package and pkg-config file of the library.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS ${same_version})
if(SYNCNET_PYTHON)
  syncnet_package(python python3-syncnet python "The library for Python.")
  set(CPACK_DEBIAN_PYTHON_PACKAGE_DEPENDS "${same_version}, ${SYNCNET_PYTHON_DEPENDS}")
endif()
if(SYNCNET_PROGRAM)
  syncnet_package(service syncnet video
    "An HTTP service and a command line. It finds faces that speak, how far their audio is off,\nand how sure that is. The model is on board.")
  set(CPACK_DEBIAN_SERVICE_PACKAGE_DEPENDS "adduser, ca-certificates")
  set(CPACK_DEBIAN_SERVICE_PACKAGE_RECOMMENDS curl)  # syncnet models fetch
  foreach(name postinst prerm postrm conffiles)
    list(APPEND CPACK_DEBIAN_SERVICE_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/deploy/debian/${name})
  endforeach()
endif()
include(CPack)

# What Debian's policy wants of the installed files: compressed texts, and folders that everyone can
# read whatever the umask was. cpack runs this on the tree that it is about to pack.

set(usr ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr)
foreach(file share/doc/cfnfix/changelog share/man/man1/cfnfix.1)
  execute_process(COMMAND gzip -9n ${usr}/${file} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
file(CHMOD_RECURSE ${usr} DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE
     GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

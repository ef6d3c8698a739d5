"""What pyproject.toml cannot say: data/ is shipped as data, without the scripts that made it."""

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithoutScripts(build_py):
    def find_package_modules(self, package, package_dir):
        if package == "rnngan_tutorial._data":
            return []
        return super().find_package_modules(package, package_dir)


setup(cmdclass={"build_py": BuildWithoutScripts})

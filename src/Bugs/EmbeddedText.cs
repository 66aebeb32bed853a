using System.Reflection;

namespace Testbed.Bugs;

/// <summary>Text files that travel inside an assembly.</summary>
internal static class EmbeddedText
{
    /// <summary>Reads all files below a folder.</summary>
    /// <param name="assembly">The assembly that carries them.</param>
    /// <param name="folder">The folder, ended by a slash.</param>
    /// <returns>Text by path from the repository's root, with slashes, in the order of the paths.</returns>
    public static SortedDictionary<string, string> Read(Assembly assembly, string folder)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string resource in assembly.GetManifestResourceNames())
        {
            // A build on Windows writes the folders of a path with backslashes.
            string path = resource.Replace('\\', '/');
            if (path.StartsWith(folder, StringComparison.Ordinal))
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
                files.Add(path, reader.ReadToEnd());
            }
        }

        return files;
    }
}

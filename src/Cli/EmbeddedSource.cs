using System.Reflection;

namespace Testbed.Cli;

/// <summary>The sources that the program was built from, which travel with it.</summary>
internal static class EmbeddedSource
{
    private const string RepositoryFolder = "src/";
    private const string ResourceFolder = "source/../";

    /// <summary>Reads a source.</summary>
    /// <param name="path">Its path from the repository's root, with slashes.</param>
    /// <returns>Its text, or null if it does not travel with the program.</returns>
    public static string? Read(string path)
    {
        if (!path.StartsWith(RepositoryFolder, StringComparison.Ordinal))
        {
            return null;
        }

        string inside = path[RepositoryFolder.Length..];
        Assembly assembly = typeof(EmbeddedSource).Assembly;
        using Stream? stream = assembly.GetManifestResourceStream(ResourceFolder + inside);
        if (stream is null)
        {
            return null;
        }

        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

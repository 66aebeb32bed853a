namespace Testbed.Cli.Workloads;

/// <summary>A text to parse, with what a parse by plain C# says of it.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="Text">The text.</param>
/// <param name="NodeCount">How many nodes its tree has.</param>
/// <param name="Sum">The checksum of its tree.</param>
internal sealed record SourceText(string Name, string Text, long NodeCount, long Sum)
{
    private const string ResourcePrefix = "source/";

    /// <summary>The texts that ship with the program: its own sources.</summary>
    public static IReadOnlyList<SourceText> Embedded()
    {
        System.Reflection.Assembly assembly = typeof(SourceText).Assembly;
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return Parse(name[ResourcePrefix.Length..], reader.ReadToEnd());
            })];
    }

    /// <summary>The texts of a file, or of all files in a folder and below it.</summary>
    /// <param name="path">The file or folder.</param>
    /// <exception cref="InputException">There is no such file or folder, or no text in it to be read.</exception>
    public static IReadOnlyList<SourceText> Load(string path)
    {
        try
        {
            List<SourceText> texts = [.. FilesOf(path)
                .Select(file => (Name: file, Text: File.ReadAllText(file)))
                .Where(file => !file.Text.Contains('\0', StringComparison.Ordinal))
                .Select(file => Parse(file.Name, file.Text))];
            return texts.Count > 0 ? texts : throw new InputException($"there is no text in '{path}'");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InputException($"cannot read '{path}': {failure.Message}", failure);
        }
    }

    private static IEnumerable<string> FilesOf(string path)
    {
        if (File.Exists(path))
        {
            return [path];
        }

        return Directory.Exists(path)
            ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            : throw new InputException($"there is no file or folder '{path}'");
    }

    private static SourceText Parse(string name, string text)
    {
        SyntaxNode tree = SyntaxNode.Parse(text);
        return new SourceText(name, text, tree.Count(), tree.Sum(text, Checksum.Empty));
    }
}

using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Testbed.Bugs;

/// <summary>
/// The known bugs, each <c>bugs/NAME/bug.json</c> with <c>bugs/NAME/bug.diff</c>, and those that cannot arise, which
/// have <c>bugs/NAME/absent.json</c> alone. Immutable.
/// </summary>
public sealed class BugCatalogue
{
    private const string Folder = "bugs/";
    private const string Description = "bug.json";
    private const string Change = "bug.diff";
    private const string Absence = "absent.json";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    private BugCatalogue(IReadOnlyList<Bug> bugs, IReadOnlyList<AbsentBug> absent)
    {
        All = bugs;
        Absent = absent;
    }

    /// <summary>All bugs, in the order of their names.</summary>
    public IReadOnlyList<Bug> All { get; }

    /// <summary>The bugs of the original runtime that cannot arise, in the order of their names.</summary>
    public IReadOnlyList<AbsentBug> Absent { get; }

    /// <summary>The bugs that the program was built with.</summary>
    /// <exception cref="PatchException">One of them is malformed.</exception>
    public static BugCatalogue Embedded()
    {
        Assembly assembly = typeof(BugCatalogue).Assembly;
        SortedDictionary<string, string> files = EmbeddedText.Read(assembly, Folder);
        return From(files.ToDictionary(file => file.Key[Folder.Length..], file => file.Value));
    }

    /// <summary>The bugs of a folder.</summary>
    /// <param name="directory">A folder with a folder for each bug.</param>
    /// <exception cref="PatchException">There is no such folder, or a bug in it is malformed.</exception>
    public static BugCatalogue Load(string directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        try
        {
            return From(Directory.EnumerateFiles(directory, "*.*", SearchOption.AllDirectories)
                .Where(file => Path.GetFileName(file) is Description or Change or Absence)
                .ToDictionary(
                    file => Path.GetRelativePath(directory, file).Replace(Path.DirectorySeparatorChar, '/'),
                    File.ReadAllText));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new PatchException($"the bugs in '{directory}' cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>The bug of that name, or null.</summary>
    /// <param name="name">The name.</param>
    public Bug? Find(string name) => All.FirstOrDefault(bug => bug.Name == name);

    private static BugCatalogue From(Dictionary<string, string> files)
    {
        var bugs = new List<Bug>();
        var absent = new List<AbsentBug>();
        foreach (string file in files.Keys.Order(StringComparer.Ordinal))
        {
            if (file.EndsWith("/" + Description, StringComparison.Ordinal))
            {
                string name = file[..^(Description.Length + 1)];
                string diff = files.GetValueOrDefault($"{name}/{Change}")
                    ?? throw new PatchException($"bug '{name}': {Change} is missing beside {Description}");
                Bug bug = Parse<Bug>(name, Description, files[file]);
                RequireSame(name, Description, bug.Name);
                bugs.Add(bug with { Diff = diff });
            }
            else if (file.EndsWith("/" + Absence, StringComparison.Ordinal))
            {
                string name = file[..^(Absence.Length + 1)];
                AbsentBug bug = Parse<AbsentBug>(name, Absence, files[file]);
                RequireSame(name, Absence, bug.Name);
                absent.Add(bug);
            }
        }

        return new BugCatalogue(bugs, absent);
    }

    private static T Parse<T>(string name, string file, string json)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, s_json) ?? throw new JsonException("it is null");
        }
        catch (JsonException failure)
        {
            throw new PatchException($"bug '{name}': {file} is malformed: {failure.Message}", failure);
        }
    }

    private static void RequireSame(string folder, string file, string name)
    {
        if (name != folder)
        {
            throw new PatchException($"bug '{folder}': {file} calls it '{name}'; folder and name must agree");
        }
    }
}

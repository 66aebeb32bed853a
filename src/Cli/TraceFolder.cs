using System.Globalization;
using Testbed.Explorer;

namespace Testbed.Cli;

/// <summary>The folder into which a hunt writes its traces.</summary>
/// <param name="path">The folder's path; it is created with the first trace.</param>
/// <param name="bug">The known bug of the build that is hunted, or null.</param>
internal sealed class TraceFolder(string path, string? bug)
{
    /// <summary>Makes sure before a long hunt that its traces can be written.</summary>
    /// <exception cref="InputException">They cannot.</exception>
    public void RequireWritable()
    {
        try
        {
            Directory.CreateDirectory(path);
            string probe = Path.Combine(path, $".testbed-{Guid.NewGuid():N}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InputException($"--out: traces cannot be written to '{path}': {failure.Message}", failure);
        }
    }

    /// <summary>Writes a failure's trace.</summary>
    /// <param name="failure">The failure.</param>
    /// <returns>The file, or why it could not be written.</returns>
    public WrittenTrace Write(Failure failure)
    {
        string part = bug is null ? "" : $"{bug}-";
        string name = string.Create(
            CultureInfo.InvariantCulture,
            $"{failure.Trace.Scenario}-{part}{failure.Trace.Seed}-{failure.Execution}.json");
        string file = Path.Combine(path, name);
        try
        {
            Directory.CreateDirectory(path);
            failure.Trace.Save(file);
            return new WrittenTrace(file, null);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return new WrittenTrace(null, $"the trace could not be written to '{file}': {problem.Message}");
        }
    }
}

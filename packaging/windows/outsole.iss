; Inno Setup script of the Windows installer. Untested: see windows.md in this folder.
;   iscc /DVersion=0.1.0 packaging\windows\outsole.iss
#ifndef Version
  #error Give the version: iscc /DVersion=0.1.0 outsole.iss
#endif

[Setup]
AppId={{6B0B7C0E-9A4C-4F63-8B25-6C9C2C8E8E11}
AppName=Outsole
AppVersion={#Version}
DefaultDirName={autopf}\Outsole
DefaultGroupName=Outsole
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
ChangesAssociations=yes
Compression=lzma2
SolidCompression=yes
UninstallDisplayIcon={app}\outsole.exe
OutputDir=..\..\dist
OutputBaseFilename=outsole-{#Version}-setup

[Tasks]
Name: desktopicon; Description: "A symbol on the desktop"; Flags: unchecked

[Files]
Source: "..\..\dist\outsole\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[InstallDelete]
; What an older version brought and this one does not must not be loaded with it.
Type: filesandordirs; Name: "{app}\_internal"

[Icons]
Name: "{group}\Outsole"; Filename: "{app}\outsole.exe"
Name: "{autodesktop}\Outsole"; Filename: "{app}\outsole.exe"; Tasks: desktopicon

[Registry]
Root: HKA; Subkey: "Software\Classes\.outsole"; ValueType: string; ValueData: "Outsole.Project"; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\Outsole.Project"; ValueType: string; ValueData: "Outsole project"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Outsole.Project\DefaultIcon"; ValueType: string; ValueData: "{app}\outsole.exe,0"
Root: HKA; Subkey: "Software\Classes\Outsole.Project\shell\open\command"; ValueType: string; ValueData: """{app}\outsole.exe"" ""%1"""

[Run]
Filename: "{app}\outsole.exe"; Description: "Start Outsole"; Flags: nowait postinstall skipifsilent

import { createTheme } from '@mui/material/styles';
import { oneColumn } from './one-column.ts';

const font = "system-ui, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif";

/** MUI in the design language of base.css: the same roles, 13 px text, 28 px controls. */
export const theme = createTheme({
  cssVariables: { colorSchemeSelector: '[data-scheme="%s"]' },
  colorSchemes: {
    light: {
      palette: {
        primary: { main: '#14508c', contrastText: '#ffffff' },
        error: { main: '#a1122b' },
        warning: { main: '#9a3a00' },
        success: { main: '#17643a' },
        text: { primary: '#142030', secondary: '#46535f' },
        background: { default: '#f3f5f8', paper: '#ffffff' },
        divider: '#d3d9e1',
      },
    },
    dark: {
      palette: {
        primary: { main: '#8cc1f7', contrastText: '#08192b' },
        error: { main: '#ff9dab' },
        warning: { main: '#ffb47d' },
        success: { main: '#7fd6a0' },
        text: { primary: '#e8edf3', secondary: '#aab6c4' },
        background: { default: '#0f151d', paper: '#1c2632' },
        divider: '#2f3b49',
      },
    },
  },
  spacing: 4,
  shape: { borderRadius: 4 },
  typography: {
    fontFamily: font,
    fontSize: 13,
    htmlFontSize: 16,
    body1: { fontSize: 13, lineHeight: '20px' },
    body2: { fontSize: 12, lineHeight: '16px' },
    button: { fontSize: 13, textTransform: 'none', fontWeight: 500 },
    h6: { fontSize: 16, lineHeight: '24px', fontWeight: 600 },
  },
  components: {
    MuiButtonBase: {
      defaultProps: { disableRipple: true },
      // Without a ripple nothing else says where the focus is: its own styles take the outline away.
      styleOverrides: {
        root: {
          '&.Mui-focusVisible': { outline: '2px solid var(--focus)', outlineOffset: 1 },
        },
      },
    },
    MuiButton: {
      defaultProps: { size: 'small', disableElevation: true, variant: 'outlined' },
      styleOverrides: {
        root: { minHeight: 28, padding: '2px 12px', lineHeight: '20px' },
        outlined: { borderColor: 'var(--line-strong)', color: 'var(--text)' },
      },
    },
    MuiIconButton: { defaultProps: { size: 'small' }, styleOverrides: { root: { padding: 4 } } },
    MuiTextField: {
      // Labels stay above: nothing moves when a field is entered, and an emptied one looks empty.
      defaultProps: {
        size: 'small',
        variant: 'outlined',
        slotProps: { inputLabel: { shrink: true } },
      },
    },
    MuiFormHelperText: {
      styleOverrides: { root: { fontSize: 12, lineHeight: '16px', margin: '4px 0 0' } },
    },
    MuiSelect: { defaultProps: { size: 'small' } },
    MuiOutlinedInput: {
      styleOverrides: {
        root: { fontSize: 13, backgroundColor: 'var(--surface)' },
        input: { padding: '4px 8px', height: 20 },
        // Its lines begin where those of other fields do.
        multiline: { padding: '4px 0' },
        // The notch is as wide as the label, which is scaled by 0.85.
        notchedOutline: {
          borderColor: 'var(--line-strong)',
          '& legend': { fontSize: '0.85em' },
          [`@media ${oneColumn}`]: { '& legend': { maxWidth: 0 } },
        },
      },
    },
    // A field like the others: what MUI gives it is as high as one and a half of them, and as it says so in
    // rules of several classes only what is important changes it.
    MuiAutocomplete: {
      styleOverrides: {
        inputRoot: { minHeight: 28, padding: '0 56px 0 8px !important' },
        input: { padding: '0 !important' },
        // Its ground is that of the dialog below it: in the dark no shadow tells where it ends.
        paper: { border: '1px solid var(--line-strong)', boxShadow: 'var(--shadow)' },
        option: { '&.Mui-focused': { backgroundColor: 'var(--selected) !important' } },
      },
    },
    MuiInputLabel: {
      styleOverrides: {
        root: { fontSize: 13, lineHeight: '20px' },
        outlined: {
          transform: 'translate(8px, 4px)',
          '&.MuiInputLabel-shrink': { transform: 'translate(12px, -9px) scale(0.85)' },
          // A line in the frame cannot break: zoomed in far, the label stands above it.
          [`@media ${oneColumn}`]: {
            '&, &.MuiInputLabel-shrink': {
              position: 'static',
              maxWidth: '100%',
              transform: 'none',
              whiteSpace: 'normal',
            },
          },
        },
      },
    },
    MuiFormControlLabel: { styleOverrides: { label: { fontSize: 13 } } },
    MuiCheckbox: { defaultProps: { size: 'small' }, styleOverrides: { root: { padding: 4 } } },
    MuiRadio: { defaultProps: { size: 'small' }, styleOverrides: { root: { padding: 4 } } },
    MuiMenuItem: {
      styleOverrides: {
        root: {
          fontSize: 13,
          minHeight: 28,
          padding: '4px 12px',
          '&.Mui-focusVisible': { outlineOffset: -2 },
        },
      },
    },
    MuiMenu: { defaultProps: { transitionDuration: 0 } },
    // There at once, gone at once: half of a fade is nobody's contrast.
    MuiTooltip: {
      defaultProps: {
        enterDelay: 400,
        describeChild: true,
        slotProps: { transition: { timeout: 0 } },
      },
    },
    MuiTab: {
      styleOverrides: {
        root: {
          minHeight: 36,
          fontSize: 13,
          textTransform: 'none',
          // Its list cuts what lies beside it.
          '&.Mui-focusVisible': { outlineOffset: -2 },
          '&.Mui-selected': { boxShadow: 'inset 0 -2px 0 var(--accent)' },
        },
      },
    },
    // Where there is no room for all they take more lines: what scrolls sideways is not seen, and MUI's
    // line below the chosen one lies below the last line of them.
    MuiTabs: {
      styleOverrides: {
        root: { minHeight: 36, '& [role=tablist]': { flexWrap: 'wrap' } },
        indicator: { display: 'none' },
      },
    },
    MuiDialog: {
      defaultProps: { transitionDuration: 0 },
      styleOverrides: { paper: { backgroundImage: 'none', boxShadow: 'var(--shadow)' } },
    },
    MuiPaper: { styleOverrides: { root: { backgroundImage: 'none' } } },
  },
});
